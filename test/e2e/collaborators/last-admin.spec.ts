import { describe, expect, test } from '@jest/globals';
import { anAdmin } from '#test/factories/collaborators.js';
import type { ApiResponse } from '#test/support/api.js';
import { ifMatch, OfficeClient, verdict } from '#test/support/office-client.js';
import { meeting } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

const app = theService();

/** Every way to lose an admin. */
const demotions: [name: string, send: (office: OfficeClient, id: string, query?: string) => Promise<ApiResponse>][] = [
  [
    'PATCH profile',
    (o, id, q = '') => o.api.patch(o.at('collaborators', id) + q, { profile: 'support' }, ifMatch('*')),
  ],
  ['PATCH status', (o, id, q = '') => o.api.patch(o.at('collaborators', id) + q, { status: 'inactive' }, ifMatch('*'))],
  [
    'PUT profile',
    (o, id, q = '') => o.api.put(o.at('collaborators', id) + q, anAdmin({ profile: 'collaborator' }), ifMatch('*')),
  ],
  [
    'PUT status',
    (o, id, q = '') => o.api.put(o.at('collaborators', id) + q, anAdmin({ status: 'inactive' }), ifMatch('*')),
  ],
  [
    'POST deactivate',
    (o, id, q = '') => o.api.post(o.at('collaborators', id, 'deactivate') + q, { handOverTo: 'anna' }),
  ],
];

// Seen to fail with requireAnAdmin left out of checkInvariants.
describe('rule 21: an office keeps at least one active admin', () => {
  test.each(demotions)(
    '%s: the last one cannot go, not even in a preview; with a second one they can',
    async (_name, send) => {
      const office = await OfficeClient.make(app);
      await office.collaborator('anna');
      await office.collaborator('gone', { profile: 'admin', status: 'inactive' });
      const before = await office.revision();
      expect(verdict(await send(office, 'boss'))).toEqual([422, 'last_admin']);
      expect(verdict(await send(office.as('boss'), 'boss'))).toEqual([422, 'last_admin']);
      expect(verdict(await send(office, 'boss', '?dryRun=true'))).toEqual([422, 'last_admin']);
      expect(await office.revision()).toBe(before);
      await office.collaborator('second', anAdmin());
      expect((await send(office, 'boss')).status).toBe(200);
      expect(verdict(await send(office, 'second'))).toEqual([422, 'last_admin']);
    },
  );

  // Without the lock on the office's row both see the other one and both go: seen with `takeNextRevision` as a select.
  test('rule 21: of two requests that demote the last two admins at once, one is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const office = await OfficeClient.make(app);
      await office.collaborator('anna');
      await office.collaborator('second', anAdmin());
      const [one, two] = [demotions[round]!, demotions[(round + 1) % demotions.length]!];
      const both = [() => one[1](office, 'boss'), () => two[1](office, 'second')];
      const answers = await meeting(app.database, office.id, both);
      expect(answers.map(verdict).sort()).toEqual([
        [200, undefined],
        [422, 'last_admin'],
      ]);
    }
  });

  test('two admins who demote each other at once: one of them stays', async () => {
    const office = await OfficeClient.make(app);
    await office.collaborator('second', anAdmin());
    const demote = (by: string, whom: string) =>
      office.as(by).api.patch(office.at('collaborators', whom), { profile: 'collaborator' }, ifMatch('*'));
    const both = [() => demote('boss', 'second'), () => demote('second', 'boss')];
    const answers = await meeting(app.database, office.id, both);
    // Whoever comes second is no admin any more.
    expect(answers.map(verdict).sort()).toEqual([
      [200, undefined],
      [403, 'forbidden'],
    ]);
  });
});
