import { beforeEach, describe, expect, test } from '@jest/globals';
import { aDossier, aDraft } from '#test/factories/dossiers.js';
import { inHours } from '#test/factories/relationships.js';
import type { ApiResponse } from '#test/support/api.js';
import { ifMatch, OfficeClient, verdict, type Preview } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;

beforeEach(async () => {
  office = await OfficeClient.make(app, { email: 'office@o.example' });
  for (const id of ['anne', 'bert', 'mia']) await office.collaborator(id, { email: `${id}@o.example` });
  await office.collaborator('sam', { profile: 'support' });
  await office.dossier('d', { managers: ['mia'] });
  await office.dossier('draft', { ...aDraft(), managers: ['mia'] });
  await office.dossier('secret', { private: true, managers: ['mia'] });
  await office.clientGroup('g1', { email: 'g1@o.example', dossiers: ['d'], collaborators: ['anne', 'sam'] });
  await office.clientGroup('g2', { email: 'g2@o.example', collaborators: ['bert', 'anne'] });
});

const people = ['anne', 'bert', 'boss', 'mia', 'sam'];
const dossiers = ['d', 'draft', 'new', 'secret'];

/** Everything that a change may change: who opens what, where mail goes, what is stored, and the trail. */
async function everything() {
  const opens = await Promise.all(people.map(async (one) => [one, await office.opens(one, dossiers)] as const));
  const contacts = await Promise.all(
    dossiers.map(async (id) => {
      const { body } = await office.api.get<{ email?: string }>(office.at('dossiers', id, 'contact'));
      return [id, body.email ?? null] as const;
    }),
  );
  const stored = await office.api.get<{ items: object[] }>(office.at('dossiers'));
  const trail = await office.api.get<{ total: number }>(office.at('changes'));
  return { opens, contacts, dossiers: stored.body.items, trail: trail.body.total, revision: await office.revision() };
}

function difference(from: Awaited<ReturnType<typeof everything>>, without: Awaited<ReturnType<typeof everything>>) {
  const known = new Map(without.opens);
  return from.opens.flatMap(([collaborator, opened]) =>
    opened
      .filter((dossier) => !known.get(collaborator)?.includes(dossier))
      .map((dossier) => ({ collaborator, dossier })),
  );
}

type Request = (query: string) => Promise<ApiResponse>;

const aNew = aDossier({ enterpriseNumber: null });

/** Every write of a dossier, as the office's integration sends it. */
const writes: [string, Request][] = [
  [
    'PUT of a new dossier',
    (q) => office.api.put(`${office.at('dossiers', 'new')}${q}`, { ...aNew, clientGroup: 'g2' }),
  ],
  [
    'PUT of a dossier',
    (q) => office.api.put(`${office.at('dossiers', 'd')}${q}`, { ...aNew, managers: [] }, ifMatch('*')),
  ],
  [
    'PUT that makes it private',
    (q) => office.api.put(`${office.at('dossiers', 'd')}${q}`, { ...aNew, private: true }, ifMatch('*')),
  ],
  [
    'PATCH to inactive',
    (q) => office.api.patch(`${office.at('dossiers', 'd')}${q}`, { status: 'inactive' }, ifMatch('*')),
  ],
  ['PATCH to private', (q) => office.api.patch(`${office.at('dossiers', 'd')}${q}`, { private: true }, ifMatch('*'))],
  ['PATCH of a name', (q) => office.api.patch(`${office.at('dossiers', 'd')}${q}`, { name: 'Other' }, ifMatch('*'))],
  ['activate', (q) => office.api.post(`${office.at('dossiers', 'draft', 'activate')}${q}`, { clientGroup: 'g1' })],
  [
    'activate without a group',
    (q) => office.api.post(`${office.at('dossiers', 'draft', 'activate')}${q}`, { managers: ['bert'] }),
  ],
  ['deactivate', (q) => office.api.post(`${office.at('dossiers', 'd', 'deactivate')}${q}`, {})],
  ['a move', (q) => office.api.put(`${office.at('dossiers', 'd', 'client-group')}${q}`, { clientGroup: 'g2' })],
  ['taking it out', (q) => office.api.put(`${office.at('dossiers', 'd', 'client-group')}${q}`, { clientGroup: null })],
  [
    'managers',
    (q) => office.api.patch(`${office.at('dossiers', 'd', 'managers')}${q}`, { add: ['bert'], remove: ['mia'] }),
  ],
  [
    'a primary manager',
    (q) => office.api.patch(`${office.at('dossiers', 'd', 'managers')}${q}`, { add: ['bert'], primary: 'bert' }),
  ],
  ['guests', (q) => office.api.patch(`${office.at('dossiers', 'secret', 'guests')}${q}`, { add: ['bert', 'sam'] })],
  ['exclusions', (q) => office.api.patch(`${office.at('dossiers', 'd', 'exclusions')}${q}`, { add: ['boss', 'anne'] })],
  [
    'break-glass',
    (q) =>
      office
        .as('boss')
        .api.post(`${office.at('dossiers', 'secret', 'break-glass')}${q}`, { reason: 'Away', expiresAt: inHours(1) }),
  ],
  [
    'bulk',
    (q) =>
      office.api.post(`${office.at('dossiers', 'bulk')}${q}`, {
        select: { ids: ['d', 'secret', 'draft'] },
        set: { clientGroup: 'g2' },
      }),
  ],
];

describe('a dry run', () => {
  test.each(writes)('rule 29: of %s shows exactly what then happens, and changes nothing', async (_, request) => {
    const before = await everything();
    const preview = (await request('?dryRun=true')) as ApiResponse<Preview>;
    expect([preview.status, preview.body.dryRun]).toEqual([200, true]);
    expect(await everything()).toEqual(before);

    const done = (await request('')) as ApiResponse<Preview>;
    expect([200, 201]).toContain(done.status);
    const after = await everything();
    const { gains, losses, contacts } = preview.body.impact;
    expect([gains.rows, losses.rows]).toEqual([difference(after, before), difference(before, after)]);
    expect([gains.total, losses.total]).toEqual([gains.rows.length, losses.rows.length]);
    const was = new Map(before.contacts);
    const moved = after.contacts
      .filter(([id, email]) => was.get(id) !== email)
      .map(([dossier, email]) => ({ dossier, before: was.get(dossier) ?? null, after: email }));
    expect(contacts).toEqual({ total: moved.length, rows: moved });
    expect(preview.body.warnings).toEqual(done.body.warnings);
  });

  test('rule 29: is refused as the write would be', async () => {
    const dry = '?dryRun=true';
    const path = (...parts: string[]) => `${office.at('dossiers', ...parts)}${dry}`;
    expect(verdict(await office.api.patch(path('d'), { name: 'X' }))).toEqual([428, 'if_match_required']);
    expect(verdict(await office.api.patch(path('d'), { name: 'X' }, ifMatch('"1"')))).toEqual([412, 'stale_version']);
    expect(verdict(await office.as('sam').api.patch(path('d', 'managers'), { add: ['sam'] }))).toEqual([
      403,
      'forbidden',
    ]);
    expect(verdict(await office.as('bert').api.patch(path('d', 'managers'), { add: ['sam'] }))).toEqual([
      404,
      'not_found',
    ]);
    expect(verdict(await office.api.put(path('draft', 'client-group'), { clientGroup: 'g1' }))).toEqual([
      422,
      'dossier_not_active',
    ]);
    expect(verdict(await office.api.patch(path('secret', 'managers'), { remove: ['mia'] }))).toEqual([
      422,
      'private_needs_manager',
    ]);
  });

  test.each(['?dryRun=yes', '?dryRun=', '?dryRun=TRUE', '?dryRun=true&dryRun=false', '?dryrun=true', '?dry_run=true'])(
    '%s is 400: a misspelt dry run changes nothing',
    async (query) => {
      const before = await office.revision();
      const answer = await office.api.put(`${office.at('dossiers', 'd', 'client-group')}${query}`, {
        clientGroup: null,
      });
      expect(verdict(answer)).toEqual([400, 'invalid_request']);
      expect(await office.revision()).toBe(before);
    },
  );
});
