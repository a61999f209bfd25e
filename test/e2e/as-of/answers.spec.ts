import { beforeAll, describe, expect, test } from '@jest/globals';
import { Api, officePath } from '#test/support/api.js';
import { eventually } from '#test/support/eventually.js';
import { comparable, type Line } from '#test/support/importing.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { reviewBook, reviewOf } from '#test/support/review.js';
import { theService } from '#test/support/service.js';

interface Answer {
  allowed: boolean;
  revision: string;
  asOf: string;
  policy: string;
  reason: string;
}

const app = theService();
const ndjson = { 'content-type': 'application/x-ndjson' };
const anyVersion = { 'if-match': '*' };
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.collaborator('anne');
  await office.collaborator('mia');
  await office.clientGroup('g1', { collaborators: ['anne'] });
  await office.dossier('d1', { managers: ['mia'], clientGroup: 'g1' } as never);
  await office.dossier('d2', { managers: ['mia'] });
});

const token = async () => String(await office.revision());
const asked = async (body: object, by = office.api) => (await by.post<Answer>(office.at('can-access'), body)).body;
const linesOf = (text: unknown) =>
  String(text)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

/** When the write of a revision was recorded, to the microsecond. */
async function instantOf(revision: string): Promise<string> {
  const { body } = await office.api.get<{ items: { revision: string; at: string }[] }>(
    office.at('changes') + '?limit=1000',
  );
  return body.items.findLast((one) => one.revision === revision)?.at ?? '';
}

/** The same instant, so many microseconds later. */
function shifted(instant: string, microseconds: number): string {
  const [, start = '', fraction = ''] = /^(.*)\.(\d{6})Z$/.exec(instant) ?? [];
  const all = Date.parse(`${start}Z`) * 1_000 + Number(fraction) + microseconds;
  return `${new Date(Math.floor(all / 1_000_000) * 1_000).toISOString().slice(0, 19)}.${String(all % 1_000_000).padStart(6, '0')}Z`;
}

describe('an answer as of a past moment', () => {
  // Seen to fail with a clock that is not put back: what has ended since was told as if it had never been.
  test('counts what has ended since, and not what had ended by then', async () => {
    const expiresAt = new Date(Date.now() + 1_500).toISOString();
    await office.relate({ object: 'dossier:d2', relation: 'guest', subject: 'collaborator:anne', expiresAt });
    const then = await token();
    const question = { collaborator: 'anne', dossier: 'd2' };
    expect(await office.may('anne', 'd2')).toBe(true);
    await eventually('the end of the grant', async () => !(await office.may('anne', 'd2')));
    expect(await asked({ ...question, asOf: then })).toMatchObject({ allowed: true, revision: then });
    const ends = expiresAt.replace('Z', '000Z');
    expect(await asked({ ...question, asOf: shifted(ends, -1) })).toMatchObject({ allowed: true, revision: then });
    expect(await asked({ ...question, asOf: ends })).toMatchObject({ allowed: false, revision: then, asOf: ends });
    const listed = async (asOf: string) =>
      (await office.api.get<{ total: number }>(`${office.at('collaborators', 'anne', 'dossiers')}?asOf=${asOf}`)).body
        .total;
    expect([await listed(then), await listed(ends)]).toEqual([2, 1]);
    const explained = await office.api.post<{ paths: { expiresAt: string }[] }>(office.at('explain'), {
      ...question,
      asOf: then,
    });
    expect(explained.body.paths).toMatchObject([{ kind: 'guest', expiresAt: ends }]);
  });

  test('of an instant includes the write of that instant, and not of a microsecond later; an offset is the same instant', async () => {
    const before = await token();
    await office.relate({ object: 'dossier:d2', relation: 'manager', subject: 'collaborator:anne' });
    const then = await token();
    const at = await instantOf(then);
    const question = { collaborator: 'anne', dossier: 'd2' };
    expect(await asked({ ...question, asOf: at })).toMatchObject({ allowed: true, revision: then, asOf: at });
    const earlier = shifted(at, -1);
    expect(await asked({ ...question, asOf: earlier })).toMatchObject({
      allowed: false,
      revision: before,
      asOf: earlier,
    });
    const offset = `${new Date(Date.parse(at) + 7_200_000).toISOString().slice(0, 19)}${at.slice(19, -1)}+02:00`;
    expect(await asked({ ...question, asOf: offset })).toMatchObject({ allowed: true, asOf: at });
    const after = await asked({ ...question, asOf: then });
    expect(Object.keys(after)).toEqual(['allowed', 'rule', 'reason', 'revision', 'asOf', 'policy']);
    expect(after.policy).toBe((await asked(question)).policy);
  });

  test('judges by the settings of then', async () => {
    await office.dossier('draft', { status: 'draft' });
    const question = { collaborator: 'anne', dossier: 'draft', action: 'activate' };
    const strict = await token();
    await office.api.patch(office.at(), { settings: { onlyAdminsActivate: false } }, anyVersion);
    const loose = await token();
    await office.api.patch(office.at(), { settings: { onlyAdminsActivate: true } }, anyVersion);
    const answers = [strict, loose, await token()].map((asOf) => asked({ ...question, asOf }));
    expect((await Promise.all(answers)).map(({ allowed }) => allowed)).toEqual([false, true, false]);
  });

  test('neither uses nor changes what is cached of the present', async () => {
    const question = { collaborator: 'anne', dossier: 'd1' };
    const then = await token();
    await office.api.patch(office.at('collaborators', 'anne', 'client-groups'), { remove: ['g1'] }, anyVersion);
    for (let round = 0; round < 5; round++) {
      expect(await office.may('anne', 'd1')).toBe(false);
      expect(await asked({ ...question, asOf: then })).toMatchObject({ allowed: true, revision: then });
      const list = await office.api.get<{ items: unknown[]; total: number }>(
        office.at('collaborators', 'anne', 'dossiers'),
      );
      const past = await office.api.get<{ items: unknown[]; total: number }>(
        `${office.at('collaborators', 'anne', 'dossiers')}?asOf=${then}`,
      );
      expect([list.body.total, past.body.total]).toEqual([list.body.items.length, past.body.items.length]);
      expect(past.body.total).toBe(list.body.total + 1);
    }
  });

  test('goes page by page; a cursor is for one moment', async () => {
    const then = await token();
    await office.dossier('d3', { managers: ['mia'] });
    const list = office.at('collaborators', 'mia', 'dossiers');
    type Page = { items: { id: string }[]; nextCursor: string | null };
    const first = (await office.api.get<Page>(`${list}?asOf=${then}&limit=1`)).body;
    const next = (await office.api.get<Page>(`${list}?asOf=${then}&limit=1&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...next.items].map(({ id }) => id)).toEqual(['d1', 'd2']);
    expect(next.nextCursor).toBeNull();
    for (const query of [`limit=1`, `limit=1&asOf=${await token()}`]) {
      expect(verdict(await office.api.get(`${list}?${query}&cursor=${first.nextCursor}`))).toEqual([
        400,
        'invalid_cursor',
      ]);
    }
  });

  test('an export made into another office is the office of then', async () => {
    const exported = await office.api.get<string>(office.at('export'));
    const then = exported.headers.get('cardea-revision') ?? '';
    expect(exported.headers.get('cardea-as-of')).toBeNull();
    await office.dossier('newer', { managers: ['anne'] });
    await office.api.post(office.at('collaborators', 'mia', 'deactivate'), { handOverTo: 'anne' });
    const past = await office.api.get<string>(`${office.at('export')}?asOf=${then}`);
    expect([past.headers.get('cardea-revision'), past.headers.get('cardea-as-of')]).toEqual([
      then,
      await instantOf(then),
    ]);
    expect(linesOf(past.body)).toEqual(linesOf(exported.body));
    const copy = await OfficeClient.make(app);
    await copy.api.post(copy.at('import'), past.body, ndjson);
    expect(comparable(linesOf((await copy.api.get(copy.at('export'))).body))).toEqual(
      comparable(linesOf(exported.body)),
    );
  });

  test('a review says its moment in its name and on its second sheet, and what comes back is held against now', async () => {
    await office.relate({ object: 'dossier:d1', relation: 'guest', subject: 'collaborator:boss' });
    const lines = await reviewOf(office.api, office.id);
    const then = await token();
    await office.api.post(office.at('relationships'), {
      delete: [{ object: 'dossier:d1', relation: 'guest', subject: 'collaborator:boss' }],
    });
    expect(await reviewOf(office.api, office.id, { asOf: then })).toEqual(lines);
    const at = await instantOf(then);
    const url = `${app.url}${office.at('access-review')}?asOf=${then}`;
    const authorized = { authorization: `Bearer ${app.key}` };
    const { headers } = await fetch(url, { headers: authorized });
    expect(headers.get('content-disposition')).toContain(`access-review-${then}-${at.replaceAll(':', '')}.xlsx`);
    const about = (await reviewBook(url, authorized)).worksheets[1];
    const told = new Map<unknown, unknown>();
    about?.eachRow((row) => told.set(row.getCell(1).value, row.getCell(2).value));
    expect((told.get('As of') as Date).getTime()).toBe(Date.parse(at));
    expect(told.get('Revision')).toBe(Number(then));
    const revoked = lines
      .filter(({ Dossier, Collaborator }) => Dossier === 'd1' && Collaborator === 'boss')
      .map((line) => ({ ...line, Decision: line['Access by'] === 'guest' ? 'revoke' : '' }));
    const csv = [Object.keys(revoked[0] ?? {}), ...revoked.map((line) => Object.values(line))]
      .map((cells) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','))
      .join('\r\n');
    const returned = await office.api.post<{ counts: object }>(office.at('access-review'), csv, {
      'content-type': 'text/csv',
    });
    expect(returned.body.counts).toMatchObject({ changed: 0, unchanged: 1 });
  });

  test('rule 32: tells nothing of another office with the same ids', async () => {
    const other = await OfficeClient.make(app);
    await other.collaborator('anne', { profile: 'admin' });
    await other.dossier('d2');
    await other.dossier('only-there');
    const asOf = String(await other.revision());
    const here = await asked({ collaborator: 'anne', dossier: 'only-there', asOf: await token() });
    expect(here).toMatchObject({ allowed: false, rule: null });
    const api = new Api(app.url, app.key);
    const there = await api.post<Answer>(officePath(other.id, 'can-access'), {
      collaborator: 'anne',
      dossier: 'd2',
      asOf,
    });
    expect(there.body).toMatchObject({ allowed: true, revision: asOf });
  });
});
