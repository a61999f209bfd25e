import { beforeAll, describe, expect, test } from '@jest/globals';
import { OfficeClient, verdict, type Problem } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface Answer extends Problem {
  results: { dossier: string; status: string; code?: string }[];
  counts: { changed: number; unchanged: number; refused: number };
}

const app = theService();
/** One more than a selection may hold; every fiftieth of the first 3,000 is inactive. */
const dossiers = 20_001;
const [some, inactive] = [3_000, 60];
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.clientGroup('g1');
  const line = (n: number) => ({
    kind: 'dossier',
    id: `d${n}`,
    name: `Name ${n}`,
    ...(n <= some && { labels: ['some'] }),
    status: n <= some && n % (some / inactive) === 0 ? 'inactive' : 'active',
  });
  const lines = Array.from({ length: dossiers + inactive }, (_, n) => JSON.stringify(line(n + 1)));
  const headers = { 'content-type': 'application/x-ndjson' };
  const imported = await office.api.post(office.at('import'), lines.join('\n'), headers);
  expect(imported.status).toBe(200);
});

function bulk(select: object, set: object, query = '') {
  return office.api.post<Answer>(`${office.at('dossiers', 'bulk')}${query}`, { select, set });
}

describe('a bulk edit of thousands of dossiers', () => {
  // Seen to fail where the rows are tried one by one once any is refused: it ran into its deadline of a minute.
  test('is not slowed down by the rows that are refused', async () => {
    const answer = await bulk({ filter: { label: ['some'], status: ['active', 'inactive'] } }, { clientGroup: 'g1' });
    expect(answer.body.counts).toEqual({ changed: some - inactive, unchanged: 0, refused: inactive });
    const codes = new Set(answer.body.results.flatMap(({ code }) => code ?? []));
    expect([...codes]).toEqual(['dossier_not_active']);
  });

  test('can be previewed', async () => {
    const answer = await bulk({ filter: { label: ['some'] } }, { clientGroup: null }, '?dryRun=true');
    expect(answer.body).toMatchObject({ dryRun: true, counts: { changed: some - inactive } });
  });

  test('is refused as a whole where one write cannot hold the selection', async () => {
    expect(verdict(await bulk({ filter: {} }, { labels: ['x'] }))).toEqual([422, 'too_many_items']);
  });
});
