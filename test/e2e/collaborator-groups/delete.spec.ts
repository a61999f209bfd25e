import { beforeAll, describe, expect, test } from '@jest/globals';
import { anId } from '#test/factories/unique.js';
import { ifMatch, OfficeClient, verdict, type Preview } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;
const at = (id: string) => office.at('collaborator-groups', id);

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.collaborator('anna');
});
describe('rule 28: DELETE /collaborator-groups/{id}', () => {
  test('it takes the group out of its client groups, deletes nobody, and ends the access that came by it', async () => {
    const mine = await OfficeClient.make(app);
    await mine.collaborator('anna');
    await mine.collaboratorGroup('k', { members: ['anna'] });
    await mine.dossier('d');
    await mine.clientGroup('g', { dossiers: ['d'], collaboratorGroups: ['k'] });
    const etag = await mine.etag('client-groups', 'g');
    expect(await mine.may('anna', 'd')).toBe(true);
    const path = mine.at('collaborator-groups', 'k');
    const preview = await mine.api.delete<Preview>(`${path}?dryRun=true`);
    expect(preview.body.impact.losses.rows).toEqual([{ collaborator: 'anna', dossier: 'd' }]);
    expect(await mine.may('anna', 'd')).toBe(true);
    expect((await mine.api.delete(path)).body).toMatchObject({ deleted: true, warnings: [] });
    expect(await mine.may('anna', 'd')).toBe(false);
    expect(verdict(await mine.api.get(path))).toEqual([404, 'not_found']);
    expect(
      (await mine.api.get<{ collaboratorGroups: string[] }>(mine.at('client-groups', 'g'))).body.collaboratorGroups,
    ).toEqual([]);
    expect(await mine.etag('client-groups', 'g')).not.toBe(etag);
    expect((await mine.api.get(mine.at('collaborators', 'anna'))).status).toBe(200);
  });

  test('a save that was based on the deleted group is refused instead of making it anew', async () => {
    const id = anId('k');
    await office.collaboratorGroup(id, { members: ['anna'] });
    const etag = await office.etag('collaborator-groups', id);
    await office.api.delete(at(id));
    expect(verdict(await office.api.put(at(id), { name: 'K', members: ['anna'] }, ifMatch(etag)))).toEqual([
      412,
      'stale_version',
    ]);
    expect((await office.api.get(at(id))).status).toBe(404);
  });
});
