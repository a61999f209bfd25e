import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '#test/support/api.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';

interface Answer {
  allowed?: boolean;
  results?: { allowed: boolean }[];
  dossiers?: string[];
  revision: string;
}

let one: TestApp;
let two: TestApp;
let office: OfficeClient;
/** The same office through the other instance. */
let mirror: OfficeClient;

beforeAll(async () => {
  one = await startApp();
  two = await startApp({ database: one.database });
  office = await OfficeClient.make(one);
  mirror = new OfficeClient(new Api(two.url, two.key), office.id);
  await office.collaborator('anne');
  await office.dossier('d');
});
afterAll(async () => {
  await two.close();
  await one.close();
});

/** Each way to ask, with how its answer says that anne may open the dossier. */
const faces: [path: string, body: object, says: (answer: Answer) => boolean | undefined][] = [
  ['can-access', { collaborator: 'anne', dossier: 'd' }, ({ allowed }) => allowed],
  ['can-access/batch', { checks: [{ collaborator: 'anne', dossier: 'd' }] }, ({ results }) => results?.[0]?.allowed],
  ['can-access/filter', { collaborator: 'anne', dossiers: ['d'] }, ({ dossiers }) => dossiers?.includes('d')],
];

/** Gives or takes access through the first instance. @returns the token of the write */
async function change(kind: 'add' | 'remove'): Promise<string> {
  const { body } = await office.api.patch<Answer>(office.at('dossiers', 'd', 'managers'), { [kind]: ['anne'] });
  return body.revision;
}

// How these were seen to fail: with an age taken for none.
describe.each(faces)('%s with a consistency', (path, body, says) => {
  const ask = (consistency?: object, client = mirror) =>
    client.api.post<Answer>(`${client.at()}/${path}`, { ...body, ...(consistency && { consistency }) });
  const allows = async (consistency?: object) => says((await ask(consistency)).body);

  test('of an age takes what is known that is no older, and nothing else relaxes', async () => {
    await change('add');
    expect(await allows()).toBe(true);
    const revoked = await change('remove');
    const old = await ask({ maxStalenessMs: 3_600_000 });
    expect(says(old.body)).toBe(true);
    expect(Number(old.body.revision)).toBeLessThan(Number(revoked));
    expect(await allows({ maxStalenessMs: 0 })).toBe(false);
    // What one request allowed itself is not what the next one gets.
    await change('add');
    await allows({ maxStalenessMs: 3_600_000 });
    expect(await allows()).toBe(true);
  });

  test('of the token of a write sees that write, and needs no more once it is there', async () => {
    await change('add');
    expect(await allows()).toBe(true);
    const revoked = await change('remove');
    const answer = await ask({ atLeast: revoked });
    expect(says(answer.body)).toBe(false);
    expect(Number(answer.body.revision)).toBeGreaterThanOrEqual(Number(revoked));
    await change('add');
    expect(await allows({ atLeast: revoked })).toBe(false);
    expect(await allows()).toBe(true);
  });

  test('of a token that this office has not reached, such as one of another office or of the future, is 400', async () => {
    const other = await OfficeClient.make(one);
    while ((await other.revision()) <= (await office.revision())) await other.dossier(`d${await other.revision()}`);
    for (const atLeast of [String(await other.revision()), String((await office.revision()) + 1), '999999999999999']) {
      for (const client of [office, mirror]) {
        expect(verdict(await ask({ atLeast }, client))).toEqual([400, 'unknown_revision']);
      }
    }
    expect((await ask({ atLeast: String(await office.revision()) })).status).toBe(200);
  });

  test.each([
    {},
    { maxStalenessMs: -1 },
    { maxStalenessMs: 0.5 },
    { maxStalenessMs: 3_600_001 },
    { maxStalenessMs: '1' },
    { atLeast: 1 },
    { atLeast: '' },
    { atLeast: '1e3' },
    { atLeast: '0x1' },
    { atLeast: ' 1' },
    { atLeast: '-1' },
    { atLeast: '1', maxStalenessMs: 1 },
    { fresh: true },
  ])('that is malformed is 400: %j', async (consistency) => {
    expect(verdict(await ask(consistency))).toEqual([400, 'invalid_request']);
  });
});
