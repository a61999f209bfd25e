import { beforeEach, describe, expect, test } from '@jest/globals';
import { aRelationship, inHours } from '#test/factories/relationships.js';
import { OfficeClient, verdict, type Preview, type Problem } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface Written {
  written: number;
  deleted: number;
  revision: string;
  warnings: { code: string; message: string }[];
}
interface Relationship {
  object: string;
  relation: string;
  subject: string;
  primary?: boolean;
  expiresAt: string | null;
  createdBy: string;
  revision: string;
}

const app = theService();
let office: OfficeClient;

beforeEach(async () => {
  office = await OfficeClient.make(app);
  for (const id of ['c1', 'c2', 'c3']) await office.collaborator(id);
  for (const id of ['d1', 'd2']) await office.dossier(id);
  for (const id of ['g1', 'g2']) await office.clientGroup(id);
  await office.collaboratorGroup('k1');
});

const post = (body: unknown, query = '') =>
  office.api.post<Written & Problem & Preview>(`${office.at('relationships')}${query}`, body);
const tuples = async (query: string) =>
  (await office.api.get<{ items: Relationship[] }>(`${office.at('relationships')}?${query}`)).body.items;

// How these were seen to fail: without the guard before the conditions.
describe('POST /v1/offices/{office}/relationships', () => {
  test('writes and deletes in one revision, and access follows at once (rule 33)', async () => {
    await office.relate(aRelationship('dossier:d1', 'guest', 'collaborator:c1'));
    const before = await office.revision();
    const written = await post({
      write: [
        aRelationship('dossier:d1', 'client_group', 'client_group:g1'),
        aRelationship('client_group:g1', 'collaborator_group', 'collaborator_group:k1'),
        aRelationship('collaborator_group:k1', 'member', 'collaborator:c2'),
      ],
      delete: [aRelationship('dossier:d1', 'guest', 'collaborator:c1')],
    });
    expect(written.status).toBe(200);
    expect(written.body).toMatchObject({ written: 3, deleted: 1, revision: String(before + 1), warnings: [] });
    expect(await office.may('c2', 'd1')).toBe(true);
    expect(await office.may('c1', 'd1')).toBe(false);
  });

  test('counts only what it changed: what is there already and what was never there are passed over', async () => {
    await office.relate(aRelationship('client_group:g1', 'collaborator', 'collaborator:c1'));
    const again = await post({
      write: [aRelationship('client_group:g1', 'collaborator', 'collaborator:c1')],
      delete: [aRelationship('client_group:g2', 'collaborator', 'collaborator:c1')],
    });
    expect(again.body).toMatchObject({ written: 0, deleted: 0 });
    const [kept] = await tuples('object=client_group:g1');
    expect(Number(kept?.revision)).toBeLessThan(Number(again.body.revision));
  });

  test('moves a dossier to another group in one step: the old membership goes (rule 12)', async () => {
    await office.relate(aRelationship('dossier:d1', 'client_group', 'client_group:g1'));
    const moved = await post({ write: [aRelationship('dossier:d1', 'client_group', 'client_group:g2')] });
    expect(moved.body).toMatchObject({ written: 1, deleted: 1 });
    expect((await tuples('object=dossier:d1&relation=client_group')).map((t) => t.subject)).toEqual([
      'client_group:g2',
    ]);
  });

  test('refuses two client groups of one dossier in one request (rule 2)', async () => {
    const both = await post({
      write: [
        aRelationship('dossier:d1', 'client_group', 'client_group:g1'),
        aRelationship('dossier:d1', 'client_group', 'client_group:g2'),
      ],
    });
    expect(verdict(both)).toEqual([422, 'one_client_group']);
    expect(await tuples('object=dossier:d1')).toEqual([]);
  });

  test('takes only active dossiers into a group (rule 14)', async () => {
    await office.dossier('draft', { status: 'draft' });
    const refused = await post({ write: [aRelationship('dossier:draft', 'client_group', 'client_group:g1')] });
    expect(verdict(refused)).toEqual([422, 'dossier_not_active']);
  });

  test('keeps exactly one primary manager: the first one, then whoever is asked for, then the oldest', async () => {
    const primaries = async () =>
      (await tuples('object=dossier:d1&relation=manager')).filter((t) => t.primary).map((t) => t.subject);
    await office.relate(
      aRelationship('dossier:d1', 'manager', 'collaborator:c1'),
      aRelationship('dossier:d1', 'manager', 'collaborator:c2'),
    );
    expect(await primaries()).toEqual(['collaborator:c1']);
    await office.relate(aRelationship('dossier:d1', 'manager', 'collaborator:c3', { primary: true }));
    expect(await primaries()).toEqual(['collaborator:c3']);
    await post({ delete: [aRelationship('dossier:d1', 'manager', 'collaborator:c3')] });
    expect(await primaries()).toEqual(['collaborator:c1']);
    await office.relate(aRelationship('dossier:d1', 'manager', 'collaborator:c2', { primary: true }));
    expect(await primaries()).toEqual(['collaborator:c2']);
  });

  test('refuses two primary managers in one request', async () => {
    const both = await post({
      write: [
        aRelationship('dossier:d1', 'manager', 'collaborator:c1', { primary: true }),
        aRelationship('dossier:d1', 'manager', 'collaborator:c2', { primary: true }),
      ],
    });
    expect(verdict(both)).toEqual([422, 'one_primary_manager']);
  });

  test.each(['guest', 'excluded'] as const)('refuses a primary %s: only managers are', async (relation) => {
    const refused = await post({
      write: [aRelationship('dossier:d1', relation, 'collaborator:c1', { primary: true })],
    });
    expect(verdict(refused)).toEqual([400, 'invalid_request']);
    expect(refused.body.errors).toEqual([{ path: 'write.0.primary', message: 'only a manager can be primary' }]);
  });

  test('gives a tuple an end, changes it and takes it away, and keeps its origin', async () => {
    const guest = (expiresAt?: string) => aRelationship('dossier:d1', 'guest', 'collaborator:c1', { expiresAt });
    const [first, second] = [inHours(1), inHours(2)];
    const instant = async () => Date.parse((await tuples('object=dossier:d1'))[0]?.expiresAt ?? '');
    await office.relate(guest(first));
    expect(await instant()).toBe(Date.parse(first));
    await office.relate(guest(second));
    expect(await instant()).toBe(Date.parse(second));
    expect((await post({ write: [guest(second)] })).body.written).toBe(0);
    await office.relate(guest());
    expect(await tuples('object=dossier:d1')).toMatchObject([{ expiresAt: null, createdBy: 'system' }]);
  });

  test('refuses an end that is past, by PostgreSQL’s clock', async () => {
    const past = aRelationship('dossier:d1', 'guest', 'collaborator:c1', { expiresAt: inHours(-0.001) });
    expect(verdict(await post({ write: [past] }))).toEqual([422, 'expiry_in_the_past']);
  });

  test('warns where the person is inactive, and saves', async () => {
    await office.collaborator('away', { status: 'inactive' });
    const saved = await post({ write: [aRelationship('dossier:d1', 'manager', 'collaborator:away')] });
    expect(saved.body).toMatchObject({ written: 1, warnings: [{ code: 'inactive_collaborator' }] });
  });

  describe('is atomic', () => {
    const good = () => aRelationship('client_group:g1', 'collaborator', 'collaborator:c1');

    test.each([
      ['an unknown dossier', aRelationship('dossier:none', 'manager', 'collaborator:c1')],
      ['an unknown client group', aRelationship('dossier:d1', 'client_group', 'client_group:none')],
      ['an unknown collaborator', aRelationship('dossier:d1', 'manager', 'collaborator:none')],
      [
        'an unknown collaborator group',
        aRelationship('client_group:g1', 'collaborator_group', 'collaborator_group:none'),
      ],
      ['an unknown member', aRelationship('collaborator_group:k1', 'member', 'collaborator:none')],
    ])('one tuple with %s refuses all of them', async (_what, bad) => {
      const revision = await office.revision();
      const refused = await post({ write: [good(), bad], delete: [] });
      expect(verdict(refused)).toEqual([422, 'unknown_reference']);
      expect(refused.body.detail).toContain('none');
      expect(await tuples('object=client_group:g1')).toEqual([]);
      expect(await office.revision()).toBe(revision);
    });

    test('the same tuple written and deleted is a contradiction', async () => {
      expect(verdict(await post({ write: [good()], delete: [good()] }))).toEqual([422, 'conflicting_change']);
    });

    test('the same tuple written twice is written once', async () => {
      expect((await post({ write: [good(), good()] })).body.written).toBe(1);
    });
  });

  describe('require and forbid', () => {
    const member = () => aRelationship('client_group:g1', 'collaborator', 'collaborator:c1');
    const change = () => aRelationship('client_group:g2', 'collaborator', 'collaborator:c1');

    test('let the write through where what is required is there and what is forbidden is not', async () => {
      await office.relate(member());
      const written = await post({ write: [change()], require: [member()], forbid: [change()] });
      expect(written.body.written).toBe(1);
    });

    test('refuse all of it where a required tuple is missing, and name it', async () => {
      const refused = await post({ write: [change()], require: [member()] });
      expect(verdict(refused)).toEqual([409, 'condition_not_met']);
      expect(refused.body.detail).toContain('client_group:g1#collaborator@collaborator:c1');
      expect(await tuples('object=client_group:g2')).toEqual([]);
    });

    test('refuse all of it where a forbidden tuple is there', async () => {
      await office.relate(member());
      expect(verdict(await post({ write: [change()], forbid: [member()] }))).toEqual([409, 'condition_not_met']);
    });

    test('of two writers who both forbid what they write, one wins', async () => {
      const write = () => post({ write: [member()], forbid: [member()] });
      const statuses = (await Promise.all([write(), write(), write()])).map(({ status }) => status);
      expect(statuses.sort()).toEqual([200, 409, 409]);
    });
  });

  test('takes 1,000 tuples in one request and refuses 1,001, however they are divided', async () => {
    const deletes = Array.from({ length: 1_000 }, (_, n) =>
      aRelationship('client_group:g1', 'collaborator', `collaborator:x${n}`),
    );
    expect((await post({ delete: deletes })).status).toBe(200);
    const more = await post({
      delete: deletes,
      require: [aRelationship('client_group:g1', 'collaborator', 'collaborator:c1')],
    });
    expect(verdict(more)).toEqual([400, 'invalid_request']);
  });

  test('previews itself: the dry run says who gains and changes nothing (rule 29)', async () => {
    const revision = await office.revision();
    const preview = await post({ write: [aRelationship('dossier:d1', 'guest', 'collaborator:c1')] }, '?dryRun=true');
    expect(preview.body).toMatchObject({
      dryRun: true,
      impact: { gains: { total: 1, rows: [{ collaborator: 'c1', dossier: 'd1' }] }, losses: { total: 0 } },
    });
    expect(await tuples('object=dossier:d1')).toEqual([]);
    expect(await office.revision()).toBe(revision);
  });

  test.each([
    ['dossier:d1', 'member', 'collaborator:c1'],
    ['client_group:g1', 'client_group', 'client_group:g2'],
    ['collaborator_group:k1', 'member', 'collaborator_group:k1'],
    ['dossier:d1', 'manager', 'client_group:g1'],
    ['collaborator:c1', 'manager', 'dossier:d1'],
    ['dossier', 'manager', 'collaborator:c1'],
    ['dossier:', 'manager', 'collaborator:c1'],
    [':d1', 'manager', 'collaborator:c1'],
    ['dossier:d1', 'manager', 'collaborator:__proto__'],
    ['dossier:d1#manager', 'manager', 'collaborator:c1'],
    ['Dossier:d1', 'manager', 'collaborator:c1'],
    ['dossier:d1', '__proto__', 'collaborator:c1'],
  ])('refuses what is no relationship of the domain: %s#%s@%s', async (object, relation, subject) => {
    expect(verdict(await post({ write: [{ object, relation, subject }] }))).toEqual([400, 'invalid_request']);
  });
});

describe('POST /v1/offices/{office}/relationships, for a collaborator', () => {
  const as = (actor: string, body: unknown) => office.as(actor).api.post(office.at('relationships'), body);
  const groupTuple = () => aRelationship('dossier:d1', 'client_group', 'client_group:g1');
  const memberTuple = () => aRelationship('client_group:g1', 'collaborator', 'collaborator:c2');
  const managerTuple = () => aRelationship('dossier:d1', 'manager', 'collaborator:c2');

  beforeEach(async () => {
    await office.collaborator('support', { profile: 'support' });
    await office.relate(
      aRelationship('dossier:d1', 'manager', 'collaborator:c1'),
      aRelationship('dossier:d1', 'manager', 'collaborator:support'),
    );
  });

  test('an admin may write any of them', async () => {
    expect((await as('boss', { write: [groupTuple(), memberTuple(), managerTuple()] })).status).toBe(200);
  });

  test('a manager may change the managers of what they manage, and nothing else (rules 11 and 30)', async () => {
    expect(verdict(await as('c1', { write: [managerTuple()] }))).toEqual([200, undefined]);
    expect(verdict(await as('c1', { write: [groupTuple()] }))).toEqual([403, 'forbidden']);
    expect(verdict(await as('c1', { write: [memberTuple()] }))).toEqual([403, 'forbidden']);
    expect(verdict(await as('c1', { write: [aRelationship('dossier:d1', 'excluded', 'collaborator:c2')] }))).toEqual([
      403,
      'forbidden',
    ]);
  });

  test('one tuple that they may not write refuses those that they may', async () => {
    expect(verdict(await as('c1', { write: [managerTuple(), memberTuple()] }))).toEqual([403, 'forbidden']);
    expect((await tuples('object=dossier:d1&relation=manager')).map((t) => t.subject)).not.toContain('collaborator:c2');
  });

  test('to someone without a path, the dossier does not exist: the answer is that of an unknown one', async () => {
    const refused = await as('c2', { write: [managerTuple()] });
    const unknown = await as('c2', { write: [aRelationship('dossier:d9', 'manager', 'collaborator:c2')] });
    const text = (body: unknown) => JSON.stringify({ ...(body as Problem), requestId: '' }).replaceAll('d9', 'd1');
    expect([refused.status, text(refused.body)]).toEqual([unknown.status, text(unknown.body)]);
  });

  test('nor can a condition tell someone without a right to see it what is there', async () => {
    const asked = await as('c2', { require: [aRelationship('dossier:d1', 'manager', 'collaborator:c1')] });
    const missing = await as('c2', { require: [aRelationship('dossier:d1', 'manager', 'collaborator:c3')] });
    expect(verdict(asked)).toEqual([403, 'forbidden']);
    expect(verdict(missing)).toEqual([403, 'forbidden']);
  });

  test('nor an admin what there is about a private dossier (rule 15)', async () => {
    await office.dossier('secret', { private: true, managers: ['c1'] });
    const tuple = aRelationship('dossier:secret', 'manager', 'collaborator:c1');
    expect(verdict(await as('boss', { require: [tuple] }))).toEqual([409, 'condition_not_met']);
    expect((await as('boss', { forbid: [tuple] })).status).toBe(200);
    // The office's own integration is told the truth.
    expect((await post({ require: [tuple] })).status).toBe(200);
  });

  test('support may write none', async () => {
    for (const tuple of [groupTuple(), memberTuple(), managerTuple()]) {
      expect(verdict(await as('support', { write: [tuple] }))).toEqual([403, 'forbidden']);
    }
  });

  test('an inactive admin may write none', async () => {
    await office.collaborator('former', { profile: 'admin', status: 'inactive' });
    expect((await as('former', { write: [memberTuple()] })).status).toBe(403);
  });
});
