import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '#test/support/api.js';
import { startApp, type TestApp } from '#test/support/app.js';
import { ifMatch, OfficeClient } from '#test/support/office-client.js';

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
  for (const id of ['bert', 'carl', 'dora']) await office.collaborator(id, { profile: 'admin' });
  await office.dossier('d');
  await office.clientGroup('g', { dossiers: ['d'] });
  await office.collaboratorGroup('k');
});

afterAll(async () => {
  await two.close();
  await one.close();
});

const patch = (path: string, body: object) => office.api.patch(path, body, ifMatch('*'));
const d = (...parts: string[]) => office.at('dossiers', 'd', ...parts);

/** Pairs of changes that give and take; the check is about `anne`, or about one of two admins. */
const changes: [string, string, () => Promise<unknown>, () => Promise<unknown>][] = [
  [
    'a membership of the client group',
    'anne',
    () => patch(office.at('client-groups', 'g'), { collaborators: { add: ['anne'] } }),
    () => patch(office.at('client-groups', 'g'), { collaborators: { remove: ['anne'] } }),
  ],
  [
    'a membership from the collaborator’s side',
    'anne',
    () => office.api.patch(office.at('collaborators', 'anne', 'client-groups'), { add: ['g'] }),
    () => office.api.patch(office.at('collaborators', 'anne', 'client-groups'), { remove: ['g'] }),
  ],
  [
    'a manager',
    'anne',
    () => office.api.patch(d('managers'), { add: ['anne'] }),
    () => office.api.patch(d('managers'), { remove: ['anne'] }),
  ],
  [
    'a guest',
    'anne',
    () => office.api.patch(d('guests'), { add: ['anne'] }),
    () => office.api.patch(d('guests'), { remove: ['anne'] }),
  ],
  [
    'an exclusion of an admin',
    'bert',
    () => office.api.patch(d('exclusions'), { remove: ['bert'] }),
    () => office.api.patch(d('exclusions'), { add: ['bert'] }),
  ],
  [
    'a deactivated collaborator',
    'carl',
    () => patch(office.at('collaborators', 'carl'), { status: 'active' }),
    () => patch(office.at('collaborators', 'carl'), { status: 'inactive' }),
  ],
  [
    'a profile',
    'dora',
    () => patch(office.at('collaborators', 'dora'), { profile: 'admin' }),
    () => patch(office.at('collaborators', 'dora'), { profile: 'collaborator' }),
  ],
  [
    'a tuple',
    'anne',
    () => office.api.post(office.at('relationships'), { write: [guest], delete: [] }),
    () => office.api.post(office.at('relationships'), { write: [], delete: [guest] }),
  ],
];
const guest = { object: 'dossier:d', relation: 'guest', subject: 'collaborator:anne' };

describe('a check that starts after a change was acknowledged', () => {
  test.each(changes)('rule 33: sees it on every instance: %s', async (_, collaborator, give, take) => {
    for (let round = 0; round < 5; round++) {
      await give();
      expect([await mirror.may(collaborator, 'd'), await office.may(collaborator, 'd')]).toEqual([true, true]);
      await take();
      expect([await mirror.may(collaborator, 'd'), await office.may(collaborator, 'd')]).toEqual([false, false]);
      expect(await mirror.opens(collaborator, ['d'])).toEqual([]);
    }
  });

  test('rule 33: sees a change two steps away: a member of a collaborator group of the client group', async () => {
    await office.collaborator('member');
    await patch(office.at('client-groups', 'g'), { collaboratorGroups: { add: ['k'] } });
    for (let round = 0; round < 3; round++) {
      expect(await mirror.may('member', 'd')).toBe(false);
      await patch(office.at('collaborator-groups', 'k'), { members: { add: ['member'] } });
      expect(await mirror.may('member', 'd')).toBe(true);
      await office.api.put(d('client-group'), { clientGroup: null });
      expect(await mirror.may('member', 'd')).toBe(false);
      await office.api.put(d('client-group'), { clientGroup: 'g' });
      expect(await mirror.may('member', 'd')).toBe(true);
      await patch(office.at('collaborator-groups', 'k'), { members: { remove: ['member'] } });
    }
  });

  test('rule 33: sees what did not exist a moment ago', async () => {
    expect(await mirror.may('newcomer', 'fresh')).toBe(false);
    await office.collaborator('newcomer');
    expect(await mirror.may('newcomer', 'fresh')).toBe(false);
    await office.dossier('fresh', { managers: ['newcomer'] });
    expect(await mirror.may('newcomer', 'fresh')).toBe(true);
  });

  test('rules 14, 15 and 33: sees a dossier that became private, inactive, and active again', async () => {
    await office.dossier('turning', { managers: ['anne'] });
    const turning = office.at('dossiers', 'turning');
    const open = async () => [await mirror.may('boss', 'turning'), await mirror.may('anne', 'turning')];
    expect(await open()).toEqual([true, true]);
    await patch(turning, { private: true });
    expect(await open()).toEqual([false, true]);
    await patch(turning, { private: false });
    await office.api.post(`${turning}/deactivate`);
    expect(await open()).toEqual([true, false]);
    await office.api.post(`${turning}/activate`);
    expect(await open()).toEqual([true, true]);
  });

  test('rule 33: sees a setting of the office that a rule depends on', async () => {
    await office.dossier('draft', { status: 'draft' });
    const path = office.at();
    expect(await mirror.may('anne', 'draft', 'activate')).toBe(false);
    await patch(path, { settings: { onlyAdminsActivate: false } });
    expect(await mirror.may('anne', 'draft', 'activate')).toBe(true);
    await patch(path, { settings: { onlyAdminsActivate: true } });
    expect(await mirror.may('anne', 'draft', 'activate')).toBe(false);
  });

  test('an access that ends is over at that moment on every instance, without any write', async () => {
    await office.collaborator('guest');
    await office.dossier('lent');
    const endsAtMs = Date.now() + 1_500;
    await office.relate({
      object: 'dossier:lent',
      relation: 'guest',
      subject: 'collaborator:guest',
      expiresAt: new Date(endsAtMs).toISOString(),
    });
    expect([await office.may('guest', 'lent'), await mirror.may('guest', 'lent')]).toEqual([true, true]);
    // Asked all the time, so that whatever remembers answers remembers this one. PostgreSQL runs on the same clock.
    while (Date.now() < endsAtMs) await office.may('guest', 'lent');
    expect([await office.may('guest', 'lent'), await mirror.may('guest', 'lent')]).toEqual([false, false]);
  });

  test('rule 33: of many revokes while checks go on, none is followed by a check that is still allowed', async () => {
    let stale = 0;
    let isDone = false;
    // Keeps both instances busy with the same question.
    const noise = [office, mirror].map(async (client) => {
      while (!isDone) await client.may('anne', 'd');
    });
    for (let round = 0; round < 20; round++) {
      await office.api.patch(d('guests'), { add: ['anne'] });
      await office.api.patch(d('guests'), { remove: ['anne'] });
      await office.api.patch(d('managers'), { remove: ['anne'] });
      await patch(office.at('client-groups', 'g'), { collaborators: { remove: ['anne'] } });
      if (await mirror.may('anne', 'd')) stale++;
    }
    isDone = true;
    await Promise.all(noise);
    expect(stale).toBe(0);
  });
});
