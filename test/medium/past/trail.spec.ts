import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Database } from '#src/platform/database.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { Api } from '#test/support/api.js';
import { importWorld } from '#test/support/import-world.js';
import { OfficeClient } from '#test/support/office-client.js';
import { factsNow, factsOf, type Facts } from '#test/support/past-tables.js';
import { changeOffice, changeRecipes } from '#test/support/world-changes.js';
import { seededWorld } from '#test/support/world.js';

const seed = Number(process.env.PROPERTY_SEED ?? 20_260_601);
const anyVersion = { 'if-match': '*' };
const later = '2099-01-31T23:00:00.000Z';

describe('the trail tells every fact of the past', () => {
  let app: TestApp;
  let database: Database;
  let api: Api;

  beforeAll(async () => {
    app = await startApp();
    database = await Database.open({ url: app.database.url, entities: [], poolMax: 2, deadlineMs: 20_000 });
    api = new Api(app.url, app.key);
  });
  afterAll(async () => {
    await database.close();
    await app.close();
  });

  const revisionOf = (facts: Facts) => (facts.office?.[0] as { revision: number }).revision;

  /** Every write of the office is folded from the trail and compared with what the tables held right after it. */
  async function expectRemembered(office: string, snapshots: readonly Facts[]): Promise<void> {
    for (const facts of snapshots)
      expect(await factsOf(database, office, { revision: revisionOf(facts) })).toEqual(facts);
  }

  // Seen to fail: with tuples in the order of their last writing, with the fields of the last change alone, and with what
  // was deleted left in.
  test('after writes of every kind, field by field and tuple by tuple in their order', async () => {
    const office = await OfficeClient.make(app);
    const snapshots: Facts[] = [];
    const sees = async () => void snapshots.push(await factsNow(database, office.id));
    const sent = async (answer: Promise<{ status: number; body: unknown }>) => {
      const { status, body } = await answer;
      if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
      await sees();
    };
    const at = (...parts: string[]) => office.at(...parts);
    await sees();
    for (const id of ['c1', 'c2', 'c3', 'c:4@x#y'.replace('#', '+')]) await office.collaborator(id);
    await office.collaborator('root', { profile: 'admin' });
    await sees();
    await sent(api.put(at('collaborator-groups', 'k1'), { name: 'K1', members: ['c1', 'c2'] }));
    await sent(
      api.put(at('client-groups', 'g1'), {
        name: 'G1',
        email: 'g1@o.example',
        collaborators: ['c3'],
        collaboratorGroups: ['k1'],
      }),
    );
    await sent(api.put(at('client-groups', 'g2'), { name: 'G2' }));
    await sent(
      api.put(at('dossiers', 'd1'), { name: 'D1', labels: ['a', 'b'], status: 'draft', managers: ['c2', 'c1'] }),
    );
    await sent(
      api.put(at('dossiers', 'd2'), {
        name: 'D2',
        enterpriseNumber: '0123.456.749',
        managers: ['c3'],
        status: 'active',
      }),
    );
    await sent(api.put(at('dossiers', 'd3'), { name: 'D3', private: true, managers: ['c1'], status: 'active' }));
    await sent(api.patch(at(), { settings: { defaultClientGroup: 'g1', onlyAdminsActivate: false } }, anyVersion));
    // Whoever activates becomes the primary manager; the default group is chosen.
    await sent(office.as('root').api.post(at('dossiers', 'd1', 'activate'), { managers: ['c3'] }));
    await sent(
      api.patch(at('dossiers', 'd1', 'managers'), { add: ['c:4@x+y'], remove: ['c2'], primary: 'c1' }, anyVersion),
    );
    await sent(
      api.patch(at('dossiers', 'd1', 'guests'), { add: [{ collaborator: 'c2', expiresAt: later }] }, anyVersion),
    );
    await sent(api.patch(at('dossiers', 'd1', 'exclusions'), { add: ['c3'] }, anyVersion));
    await sent(
      api.post(at('dossiers', 'bulk'), {
        select: { ids: ['d1', 'd2'] },
        set: { labels: { add: ['c'] }, clientGroup: 'g2' },
      }),
    );
    await sent(api.patch(at('dossiers', 'd2'), { code: 'X', name: 'D 2' }, anyVersion));
    await sent(api.post(at('dossiers', 'd2', 'deactivate'), {}, anyVersion));
    await sent(api.put(at('dossiers', 'd1', 'client-group'), { clientGroup: 'g1' }));
    await sent(
      office.as('root').api.post(at('dossiers', 'd3', 'break-glass'), {
        reason: 'an inspection',
        expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      }),
    );
    await sent(api.patch(at('collaborators', 'c2', 'collaborator-groups'), { remove: ['k1'] }, anyVersion));
    await sent(api.patch(at('collaborators', 'c2', 'client-groups'), { add: ['g2'] }, anyVersion));
    const tuple = { object: 'dossier:d1', relation: 'manager', subject: 'collaborator:c2' };
    await sent(api.post(at('relationships'), { write: [{ ...tuple, primary: true }] }));
    await sent(api.post(at('relationships'), { write: [{ ...tuple, expiresAt: later }] }));
    await sent(api.post(at('relationships'), { delete: [tuple] }));
    await sent(api.post(at('relationships'), { write: [tuple] }));
    // Made by one write, their order is all that says which is the oldest; the first is written over afterwards.
    await sent(api.put(at('dossiers', 'd4'), { name: 'D4', managers: ['c2', 'c3', 'c1'] }));
    const first = { object: 'dossier:d4', relation: 'manager', subject: 'collaborator:c2' };
    await sent(api.post(at('relationships'), { write: [{ ...first, expiresAt: later }] }));
    await sent(api.put(at('entities', 'invoice', 'i:1'), { properties: { a: 1, tags: ['x'] } }));
    await sent(api.put(at('entities', 'invoice', 'i:1'), { properties: { b: null } }, anyVersion));
    await sent(api.delete(at('entities', 'invoice', 'i:1')));
    await sent(api.put(at('entities', 'invoice', 'i:1'), { properties: { relationships: [{ tuple: 'mine' }] } }));
    await sent(api.post(at('collaborators', 'c1', 'deactivate'), { handOverTo: 'c2' }));
    await sent(api.delete(`${at('client-groups', 'g1')}?moveDossiersTo=g2`));
    await sent(api.put(at('client-groups', 'g1'), { name: 'G1 again', dossiers: ['d1'], collaborators: ['c3'] }));
    await sent(api.delete(at('collaborator-groups', 'k1')));
    await sent(api.post(at('api-keys'), { name: 'Key', scopes: ['check'] }));
    await sent(api.post(at('communications'), { select: { ids: ['d1'] }, subject: 'S', body: 'B' }));
    await sent(
      api.post(
        at('import'),
        `${JSON.stringify({ kind: 'dossier', id: 'd2', name: 'D2 once more', status: 'active' })}\n`,
        { 'content-type': 'application/x-ndjson' },
      ),
    );
    expect(snapshots.length).toBeGreaterThan(30);
    await expectRemembered(office.id, snapshots);
  }, 120_000);

  test('after imports of random worlds and random changes of them', async () => {
    const size = { offices: 1, collaborators: 8, collaboratorGroups: 3, clientGroups: 3, dossiers: 9, links: 60 };
    let changes = 0;
    for (let n = 0; n < 4; n++) {
      const world = seededWorld(seed + n, size);
      const ids = await importWorld(api, world);
      const [known] = world.offices;
      const id = ids.get(known?.id ?? '') ?? '';
      const snapshots = [await factsNow(database, id)];
      let now = known!;
      for (const recipe of fc.sample(changeRecipes(), { seed: seed + n, numRuns: 25 })) {
        const next = await changeOffice(api, id, now, recipe);
        if (next !== now) changes++;
        now = next;
        snapshots.push(await factsNow(database, id));
      }
      await expectRemembered(id, snapshots);
    }
    expect(changes).toBeGreaterThan(40);
  }, 180_000);
});
