import { beforeAll, describe, expect, test } from '@jest/globals';
import { aCollaborator, aSupporter } from '#test/factories/collaborators.js';
import { anId } from '#test/factories/unique.js';
import type { ApiResponse } from '#test/support/api.js';
import { ifMatch, OfficeClient, verdict, type Problem } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;
const at = (...parts: string[]) => office.at('collaborators', ...parts);

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.collaborator('anna', aCollaborator({ firstName: 'Anna' }));
  await office.collaborator('sam', aSupporter());
  await office.collaborator('gone', { profile: 'admin', status: 'inactive' });
  await office.clientGroup('g', { collaborators: ['anna', 'sam'] });
  await office.collaboratorGroup('k', { members: ['anna', 'sam'] });
});
/** Every write about one collaborator. */
const writes: [name: string, send: (as: OfficeClient, id: string) => Promise<ApiResponse>][] = [
  ['PUT', (as, id) => as.api.put(at(id), aCollaborator(), ifMatch('*'))],
  ['PATCH', (as, id) => as.api.patch(at(id), { firstName: 'X' }, ifMatch('*'))],
  ['PATCH client-groups', (as, id) => as.api.patch(at(id, 'client-groups'), { remove: ['g'] })],
  ['PATCH collaborator-groups', (as, id) => as.api.patch(at(id, 'collaborator-groups'), { remove: ['k'] })],
  ['POST deactivate', (as, id) => as.api.post(at(id, 'deactivate'))],
];

describe('400', () => {
  test.each([
    ['no e-mail', { firstName: 'A' }],
    ['an e-mail that is none', aCollaborator({ email: 'anna at office.example' })],
    ['an e-mail with a line break', aCollaborator({ email: 'anna@office.example\nBcc: all@office.example' })],
    ['an unknown profile', { ...aCollaborator(), profile: 'system' }],
    ['an unknown status', { ...aCollaborator(), status: 'draft' }],
    ['the office', { ...aCollaborator(), office: 'other' }],
    ['the id', { ...aCollaborator(), id: 'other' }],
    ['the revision', { ...aCollaborator(), revision: '1' }],
    ['the version', { ...aCollaborator(), version: 1 }],
    ['memberships', { ...aCollaborator(), clientGroups: ['g'] }],
    ['a list for a body', [aCollaborator()]],
  ])('a save with %s is refused and makes nobody', async (_what, body) => {
    const id = anId('c');
    expect(verdict(await office.api.put(at(id), body))).toEqual([400, 'invalid_request']);
    expect((await office.api.get(at(id))).status).toBe(404);
  });

  test.each([
    ['unknown members', 'PATCH', '', { version: 3 }],
    ['an unknown list', 'PATCH', '/client-groups', { set: ['g'] }],
    ['a group that is no id', 'PATCH', '/client-groups', { add: ['a b'] }],
    ['a reserved name', 'PATCH', '/collaborator-groups', { add: ['constructor'] }],
    ['an heir who is no id', 'POST', '/deactivate', { handOverTo: '' }],
    ['an unknown member', 'POST', '/deactivate', { handover: 'anna' }],
  ])('%s: %s %s', async (_what, method, path, body) => {
    const url = at('anna') + path;
    const sent = method === 'POST' ? office.api.post(url, body) : office.api.patch(url, body, ifMatch('*'));
    expect(verdict(await sent)).toEqual([400, 'invalid_request']);
  });

  test('the places that are wrong are named, in the language of the caller', async () => {
    const send = (language: string) =>
      office.api.put<Problem>(at(anId('c')), { email: 'x', profile: 'chief' }, { 'accept-language': language });
    const answers = {
      en: await send('en'),
      fr: await send('fr-BE, en;q=0.5'),
      nl: await send('nl'),
      de: await send('de'),
    };
    for (const [language, { headers, body }] of Object.entries(answers)) {
      expect(headers.get('content-language')).toBe(language);
      expect(body.errors?.map(({ path }) => path)).toEqual(['email', 'profile']);
    }
    expect(new Set(Object.values(answers).map(({ body }) => body.detail)).size).toBe(4);
    expect(new Set(Object.values(answers).map(({ body }) => body.errors?.[0]?.message)).size).toBe(4);
  });
});

describe('403', () => {
  test.each(['anna', 'sam', 'gone'])(
    '%s changes nobody, themselves included, and learns of nobody by it',
    async (who) => {
      for (const [name, send] of writes) {
        for (const id of ['anna', who, 'unknown']) {
          expect([name, id, ...verdict(await send(office.as(who), id))]).toEqual([name, id, 403, 'forbidden']);
        }
      }
      expect((await office.api.get(at('unknown'))).status).toBe(404);
    },
  );

  test('an actor who does not exist is refused before anything else', async () => {
    for (const [name, send] of writes) {
      expect([name, ...verdict(await send(office.as('nobody'), 'anna'))]).toEqual([name, 403, 'unknown_actor']);
    }
    expect(verdict(await office.as('nobody').api.get(at()))).toEqual([403, 'unknown_actor']);
  });
});

describe('404', () => {
  test('a collaborator who does not exist', async () => {
    for (const [name, send] of writes.slice(1)) {
      expect([name, ...verdict(await send(office, 'unknown'))]).toEqual([name, 404, 'not_found']);
    }
    expect(verdict(await office.api.get(at('unknown')))).toEqual([404, 'not_found']);
  });

  test('rule 32: someone of another office is answered word for word like someone who does not exist', async () => {
    const other = await OfficeClient.make(app);
    await other.collaborator('theirs');
    const strip = ({ body }: ApiResponse) => ({ ...(body as Problem), requestId: '' });
    for (const [, send] of writes.slice(1)) {
      const theirs = strip(await send(office, 'theirs'));
      const nobody = strip(await send(office, 'nobody'));
      expect({ ...theirs, detail: theirs.detail.replace('theirs', 'nobody') }).toEqual(nobody);
    }
    const added = await office.api.patch<Problem>(
      office.at('client-groups', 'g'),
      { collaborators: { add: ['theirs'] } },
      ifMatch('*'),
    );
    expect(verdict(added)).toEqual([422, 'unknown_reference']);
  });
});

describe('422', () => {
  test.each(['client-groups', 'collaborator-groups'])(
    'PATCH %s with a group that does not exist changes nothing',
    async (list) => {
      const before = await office.revision();
      const known = list === 'client-groups' ? 'g' : 'k';
      const refused = await office.api.patch<Problem>(at('boss', list), { add: [known, 'unknown'] });
      expect(verdict(refused)).toEqual([422, 'unknown_reference']);
      expect(refused.body.detail).toContain('unknown');
      expect(await office.revision()).toBe(before);
    },
  );

  test('adding and removing the same group at once is refused', async () => {
    expect(verdict(await office.api.patch(at('anna', 'client-groups'), { add: ['g'], remove: ['g'] }))).toEqual([
      422,
      'conflicting_change',
    ]);
  });
});

test('405: nobody is erased (rule 20)', async () => {
  expect(verdict(await office.api.delete(at('anna')))).toEqual([405, 'method_not_allowed']);
});
