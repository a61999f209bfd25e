import { createMongoAbility, subject, type RawRule } from '@casl/ability';
import { unpackRules, type PackRule } from '@casl/ability/extra';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { SigningKey } from '#src/platform/signing-key.js';
import { inHours } from '#test/factories/relationships.js';
import { Api, officePath, type ApiHeaders } from '#test/support/api.js';
import { keyOf } from '#test/support/keys.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { onDatabase } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

interface Exported {
  rules: PackRule<RawRule>[];
  revision: string;
  policy: string;
  validUntil: string | null;
  signature: string;
}

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app);
  for (const id of ['anne', 'bert']) await office.collaborator(id);
  await office.collaborator('gone', { status: 'inactive' });
  await office.dossier('d');
  await office.clientGroup('g', { dossiers: ['d'], collaborators: ['anne'] });
});

const ability = (id: string, api: Api = office.api, headers?: ApiHeaders) =>
  api.get<Exported>(office.at('collaborators', id, 'ability'), headers);
const join = (change: object) => office.api.patch(office.at('collaborators', 'anne', 'client-groups'), change);

// How these were seen to fail: with the rules or the end left out of the entity tag, and with a signature over less.
describe('the ability of a collaborator, exported', () => {
  test('is what CASL itself reads, for every type that Cardea keeps', async () => {
    const { status, body } = await ability('anne');
    expect(status).toBe(200);
    expect(body).toMatchObject({ revision: String(await office.revision()), validUntil: null });
    const casl = createMongoAbility(unpackRules(body.rules) as never[]);
    const about = (type: string, facts: object) => subject(type, facts) as never;
    const dossier = { status: 'active', private: false, clientGroup: 'g', managers: [], guests: [], excluded: [] };
    expect(casl.can('open', about('dossier', { ...dossier, id: 'd' }))).toBe(true);
    expect(casl.can('open', about('dossier', { ...dossier, id: 'd', private: true }))).toBe(false);
    expect(casl.can('check_access', about('collaborator', { id: 'anne' }))).toBe(true);
    expect(casl.can('check_access', about('collaborator', { id: 'bert' }))).toBe(false);
    expect(new Set(body.rules.map(([, type]) => type)).has('office')).toBe(true);
  });

  test('allows nothing to whoever is inactive', async () => {
    const { body } = await ability('gone');
    const casl = createMongoAbility(unpackRules(body.rules) as never[]);
    expect(
      casl.can('open', subject('dossier', { status: 'active', private: false, managers: ['gone'] }) as never),
    ).toBe(false);
  });

  test('rule 33: changes with the next write about the collaborator, and not with others', async () => {
    const first = await ability('anne');
    await office.collaborator('newcomer');
    const same = await ability('anne');
    expect(same.headers.get('etag')).toBe(first.headers.get('etag'));
    expect(Number(same.body.revision)).toBeGreaterThan(Number(first.body.revision));
    await join({ remove: ['g'] });
    const changed = await ability('anne');
    expect(changed.headers.get('etag')).not.toBe(first.headers.get('etag'));
    expect(JSON.stringify(changed.body.rules)).not.toContain('"g"');
    await join({ add: ['g'] });
    expect((await ability('anne')).headers.get('etag')).toBe(first.headers.get('etag'));
  });

  test('is not sent again to who has it: 304 without a body, until it changes', async () => {
    const etag = String((await ability('anne')).headers.get('etag'));
    expect(etag).toMatch(/^"[\w-]{20,}"$/);
    for (const known of [etag, `W/${etag}`, `"another", ${etag}`, '*']) {
      const { status, body, headers } = await ability('anne', office.api, { 'if-none-match': known });
      expect([known, status, body, headers.get('etag')]).toEqual([known, 304, '', etag]);
    }
    for (const other of ['"another"', etag.slice(1, -1), '']) {
      expect([other, (await ability('anne', office.api, { 'if-none-match': other })).status]).toEqual([other, 200]);
    }
    await join({ remove: ['g'] });
    expect((await ability('anne', office.api, { 'if-none-match': etag })).status).toBe(200);
    await join({ add: ['g'] });
  });

  test('holds until the first of its tuples ends', async () => {
    const own = await OfficeClient.make(app);
    await own.collaborator('anne');
    for (const id of ['g1', 'g2']) await own.clientGroup(id);
    const [sooner, later] = [inHours(1), inHours(2)];
    const member = (group: string, expiresAt: string) =>
      own.relate({
        object: `client_group:${group}`,
        relation: 'collaborator',
        subject: 'collaborator:anne',
        expiresAt,
      });
    await member('g1', later);
    await member('g2', sooner);
    const { body } = await own.api.get<Exported>(own.at('collaborators', 'anne', 'ability'));
    expect(Date.parse(String(body.validUntil))).toBe(Date.parse(sooner));
    // The rules stay as they are and hold for longer: who has them must hear of it.
    const tag = async () => (await own.api.get(own.at('collaborators', 'anne', 'ability'))).headers.get('etag');
    const before = await tag();
    await member('g2', inHours(3));
    expect(await tag()).not.toBe(before);
  });

  test('is signed with the key of the service: over the office, the person, the revision, the policy, its end and the rules', async () => {
    const { rows } = await onDatabase(app.database, (client) =>
      client.query<{ value: Buffer }>(`select value from platform_secret where name = 'signing'`),
    );
    const key = new SigningKey(rows[0]?.value as Buffer);
    const isSigned = ({ rules, revision, policy, validUntil, signature }: Exported, id: string) => {
      const parts = [office.id, id, revision, policy, validUntil ?? '', JSON.stringify(rules)];
      return key.verify(Buffer.from(signature, 'base64url'), 'ability', ...parts);
    };
    const { body } = await ability('anne');
    expect(isSigned(body, 'anne')).toBe(true);
    for (const forged of [
      { ...body, revision: '1' },
      { ...body, policy: 'x' },
      { ...body, validUntil: inHours(9) },
      { ...body, rules: body.rules.slice(1) },
    ]) {
      expect(isSigned(forged, 'anne')).toBe(false);
    }
    expect(isSigned(body, 'bert')).toBe(false);
  });
});

describe('whoever asks for an ability', () => {
  test('gets their own; an admin everyone’s', async () => {
    for (const viewer of ['anne', 'boss']) expect((await ability('anne', office.api.as(viewer))).status).toBe(200);
    for (const id of ['anne', 'nobody']) {
      expect(verdict(await ability(id, office.api.as('bert')))).toEqual([403, 'forbidden']);
    }
    expect(verdict(await ability('gone', office.api.as('gone')))).toEqual([403, 'forbidden']);
  });

  test('needs a key that checks or reads: 401 without, 403 with another scope', async () => {
    expect((await ability('anne', new Api(app.url))).status).toBe(401);
    for (const scope of ['check', 'read'])
      expect((await ability('anne', await keyOf(app, office, [scope]))).status).toBe(200);
    expect(verdict(await ability('anne', await keyOf(app, office, ['write'])))).toEqual([403, 'insufficient_scope']);
  });

  test('rule 32: finds no collaborator of another office, nor the office itself', async () => {
    const other = await OfficeClient.make(app);
    await other.collaborator('theirs');
    for (const id of ['theirs', 'nobody', 'system', 'constructor', 'a b']) {
      expect([id, verdict(await ability(id))]).toEqual([id, [404, 'not_found']]);
    }
    const theirs = await keyOf(app, other, ['check']);
    expect(verdict(await ability('anne', theirs))).toEqual([404, 'office_not_found']);
    const nowhere = await office.api.get(officePath('nowhere', 'collaborators', 'anne', 'ability'));
    expect(verdict(nowhere)).toEqual([404, 'office_not_found']);
  });
});
