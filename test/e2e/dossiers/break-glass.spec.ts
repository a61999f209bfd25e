import { beforeAll, describe, expect, test } from '@jest/globals';
import { inHours } from '#test/factories/relationships.js';
import type { ApiResponse } from '#test/support/api.js';
import { OfficeClient, verdict, type Preview } from '#test/support/office-client.js';
import { endTuples } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;

/** `secret` is private and managed by `mia`; `boss` and `chief` are admins. */
beforeAll(async () => {
  office = await OfficeClient.make(app);
  for (const id of ['mia', 'anne']) await office.collaborator(id);
  await office.collaborator('sam', { profile: 'support' });
  await office.collaborator('chief', { profile: 'admin' });
  await office.dossier('secret', { private: true, managers: ['mia'] });
  await office.dossier('plain');
});

/** An answer without the id of the request and the id that was asked about. */
function shape(response: ApiResponse, id: string): [number, string] {
  const body = { ...(response.body as object), requestId: '' };
  return [response.status, JSON.stringify(body).replaceAll(id, '*')];
}

describe('break-glass', () => {
  const path = (id: string) => office.at('dossiers', id, 'break-glass');
  const reason = 'The client died; mia is away';

  test('rule 15: opens it to the admin who asks, until the end given, and is in the trail with its reason', async () => {
    const own = await OfficeClient.make(app);
    await own.collaborator('mia');
    await own.collaborator('chief', { profile: 'admin' });
    await own.dossier('secret', { private: true, managers: ['mia'] });
    const expiresAt = inHours(2);
    const answer = await own.as('boss').api.post(own.at('dossiers', 'secret', 'break-glass'), { reason, expiresAt });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ id: 'secret', private: true });
    expect([await own.may('boss', 'secret'), await own.may('chief', 'secret')]).toEqual([true, false]);

    type Trail = { items: { action: string; actor: string; reason: string; after: { relationships: object[] } }[] };
    const trail = await own.api.get<Trail>(`${own.at('changes')}?key=dossier:secret`);
    expect(trail.body.items.at(-1)).toMatchObject({
      action: 'break_glass',
      actor: 'collaborator:boss',
      reason,
      after: { relationships: [{ tuple: 'dossier:secret#guest@collaborator:boss' }] },
    });

    await endTuples(app.database, own.id);
    expect(await own.may('boss', 'secret')).toBe(false);
    expect(verdict(await own.as('boss').api.get(own.at('dossiers', 'secret')))).toEqual([404, 'not_found']);
  });

  test('rule 15: is for admins only; others do not even learn whether there is such a dossier', async () => {
    for (const actor of ['anne', 'sam', 'mia']) {
      const [there, nowhere] = await Promise.all(
        ['secret', 'unknown'].map((id) => office.as(actor).api.post(path(id), { reason, expiresAt: inHours(1) })),
      );
      expect(verdict(there as ApiResponse)).toEqual([403, 'forbidden']);
      expect(shape(there as ApiResponse, 'secret')).toEqual(shape(nowhere as ApiResponse, 'unknown'));
    }
    expect(verdict(await office.api.post(path('secret'), { reason, expiresAt: inHours(1) }))).toEqual([
      400,
      'invalid_actor',
    ]);
  });

  test('rule 15: needs a reason and an end that is near: 400 and 422', async () => {
    const api = office.as('boss').api;
    for (const body of [
      { expiresAt: inHours(1) },
      { reason: ' ', expiresAt: inHours(1) },
      { reason },
      { reason, expiresAt: null },
      { reason, expiresAt: 'soon' },
    ]) {
      expect(verdict(await api.post(path('secret'), body))).toEqual([400, 'invalid_request']);
    }
    expect(verdict(await api.post(path('secret'), { reason, expiresAt: inHours(-1) }))).toEqual([
      422,
      'expiry_in_the_past',
    ]);
    expect(verdict(await api.post(path('secret'), { reason, expiresAt: inHours(24 * 7 + 1) }))).toEqual([
      422,
      'expiry_too_far',
    ]);
    expect(verdict(await api.post(path('plain'), { reason, expiresAt: inHours(1) }))).toEqual([422, 'not_private']);
    expect(verdict(await api.post(path('unknown'), { reason, expiresAt: inHours(1) }))).toEqual([404, 'not_found']);
    expect(await office.may('boss', 'secret')).toBe(false);
  });

  test('an exclusion beats break-glass: to the admin whom it bars the dossier does not exist', async () => {
    await office.relate({ object: 'dossier:secret', relation: 'excluded', subject: 'collaborator:chief' });
    const answer = await office.as('chief').api.post(path('secret'), { reason, expiresAt: inHours(1) });
    const unknown = await office.as('chief').api.post(path('unknown'), { reason, expiresAt: inHours(1) });
    expect(shape(answer, 'secret')).toEqual(shape(unknown, 'unknown'));
    expect(await office.may('chief', 'secret')).toBe(false);
  });

  test('nobody’s access gets shorter by it', async () => {
    await office.collaborator('guest-admin', { profile: 'admin' });
    await office.relate({ object: 'dossier:secret', relation: 'guest', subject: 'collaborator:guest-admin' });
    expect((await office.as('guest-admin').api.post(path('secret'), { reason, expiresAt: inHours(1) })).status).toBe(
      200,
    );
    const tuples = await office.api.get(`${office.at('relationships')}?subject=collaborator:guest-admin`);
    expect(tuples.body).toMatchObject({ items: [{ relation: 'guest', expiresAt: null }] });
  });

  test('rule 29: a dry run of it opens nothing', async () => {
    const answer = await office
      .as('boss')
      .api.post<Preview>(`${path('secret')}?dryRun=true`, { reason, expiresAt: inHours(1) });
    expect(answer.body.impact.gains.rows).toEqual([{ collaborator: 'boss', dossier: 'secret' }]);
    expect(await office.may('boss', 'secret')).toBe(false);
  });
});
