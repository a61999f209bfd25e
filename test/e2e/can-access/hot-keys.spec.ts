import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hashApiKey } from '#src/platform/auth/api-keys.js';
import { Api } from '#test/support/api.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { makeKey } from '#test/support/keys.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { onDatabase } from '#test/support/raw-sql.js';

let one: TestApp;
let two: TestApp;
let office: OfficeClient;

beforeAll(async () => {
  one = await startApp();
  two = await startApp({ database: one.database });
  office = await OfficeClient.make(one);
  await office.collaborator('anne');
  await office.dossier('d', { managers: ['anne'] });
});
afterAll(async () => {
  await two.close();
  await one.close();
});

const check = { collaborator: 'anne', dossier: 'd' };
const questions: [path: string, body: object][] = [
  ['can-access', check],
  ['can-access/batch', { checks: [check] }],
];

/** Asks both questions through both instances. @returns the status and code of each answer */
async function askAll(key: string, client = office) {
  const asked = [one, two].flatMap(({ url }) =>
    questions.map(([path, body]) => new Api(url, key).post(`${client.at()}/${path}`, body)),
  );
  return (await Promise.all(asked)).map(verdict);
}

/** Asked so often that key and facts are known: nothing but the fence is read any more. */
async function warmUp(key: string): Promise<void> {
  for (let round = 0; round < 3; round++) expect(await askAll(key)).toEqual(Array(4).fill([200, undefined]));
}

// How these were seen to fail: with keys that are known taken for good.
describe('a key that has just been used for checks', () => {
  test('is refused by every instance at once when it is revoked, and no other is', async () => {
    const [key, other] = [await makeKey(office, ['check']), await makeKey(office, ['check'])];
    await warmUp(key.key);
    await warmUp(other.key);
    expect((await office.api.delete(office.at('api-keys', key.id))).status).toBe(200);
    expect(await askAll(key.key)).toEqual(Array(4).fill([401, 'unauthenticated']));
    await warmUp(other.key);
    expect(await askAll(key.key)).toEqual(Array(4).fill([401, 'unauthenticated']));
  });

  test('is refused while its checks go on: none that starts after the revocation is answered', async () => {
    for (let round = 0; round < 5; round++) {
      const { id, key } = await makeKey(office, ['check']);
      await warmUp(key);
      let isRevoked = false;
      let late = 0;
      const asking = Array.from({ length: 6 }, async (_, n) => {
        const api = new Api((n % 2 ? one : two).url, key);
        for (;;) {
          const startsAfter = isRevoked;
          const { status } = await api.post(office.at('can-access'), check);
          if (startsAfter && status === 200) late++;
          if (status !== 200) return status;
        }
      });
      await office.api.delete(office.at('api-keys', id));
      isRevoked = true;
      expect(await Promise.all(asking)).toEqual(Array(6).fill(401));
      expect(late).toBe(0);
    }
  });

  test('is refused from its end on, by the clock of PostgreSQL', async () => {
    const endsAtMs = Date.now() + 1_500;
    const { key } = await makeKey(office, ['check'], { expiresAt: new Date(endsAtMs).toISOString() });
    // PostgreSQL runs on the same clock. Asked all the time, so that whatever remembers keys remembers this one.
    while (Date.now() < endsAtMs) await askAll(key);
    expect(await askAll(key)).toEqual(Array(4).fill([401, 'unauthenticated']));
  });

  test('rule 32: is of its own office only, which is all that a warm key knows', async () => {
    const other = await OfficeClient.make(one);
    await other.collaborator('anne');
    await other.dossier('d', { managers: ['anne'] });
    const { key } = await makeKey(office, ['check']);
    await warmUp(key);
    expect(await askAll(key, other)).toEqual(Array(4).fill([404, 'office_not_found']));
  });

  test('of the platform is refused by every instance at once when it is revoked', async () => {
    await warmUp(two.key);
    await onDatabase(one.database, (client) =>
      client.query('update platform_key set revoked_at = now() where hash = $1', [hashApiKey(two.key)]),
    );
    expect(await askAll(two.key)).toEqual(Array(4).fill([401, 'unauthenticated']));
    await warmUp(one.key);
  });
});
