import { describe, expect, test } from '@jest/globals';
import { aCollaborator } from '#test/factories/collaborators.js';
import { anOffice } from '#test/factories/offices.js';
import { anId } from '#test/factories/unique.js';
import { Api, officePath } from '#test/support/api.js';
import { ifMatch, OfficeClient, verdict, type Preview } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface OfficeAnswer {
  id: string;
  name: string;
  settings: {
    onlyAdminsActivate: boolean;
    uniqueGroupNames: boolean;
    defaultClientGroup: string | null;
    decisionLogDays: number | null;
  };
  policySet: string | null;
  revision: string;
  warnings?: unknown[];
}

const app = theService();
const platform = new Api(app.url, app.key);

describe('PUT /v1/offices/{office}', () => {
  test('a key of the platform makes an office, with defaults for what the body leaves out', async () => {
    const id = anId('office');
    const made = await platform.put<OfficeAnswer>(officePath(id), {
      name: ' Fiduciaire Léa ',
      email: 'lea@lea.example',
    });
    expect(made.status).toBe(201);
    expect(made.body).toEqual({
      id,
      name: 'Fiduciaire Léa',
      email: 'lea@lea.example',
      language: 'fr',
      settings: {
        ...{ onlyAdminsActivate: true, uniqueGroupNames: false, defaultClientGroup: null },
        decisionLogDays: null,
      },
      policySet: null,
      revision: '1',
      warnings: [],
    });
    const read = await platform.get<OfficeAnswer>(officePath(id));
    expect(read.body).toMatchObject({ id, name: 'Fiduciaire Léa', revision: '1' });
    expect(read.headers.get('etag')).toBe(made.headers.get('etag'));
  });

  test('the same body again is a success that needs no If-Match and changes nothing', async () => {
    const id = anId('office');
    const body = anOffice();
    const first = await platform.put(officePath(id), body);
    const second = await platform.put<OfficeAnswer>(officePath(id), body);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
  });

  test('another body replaces every field, settings included, once it says which version it replaces', async () => {
    const id = anId('office');
    const made = await platform.put(officePath(id), anOffice({ settings: { uniqueGroupNames: true } }));
    const replaced = await platform.put<OfficeAnswer>(
      officePath(id),
      { name: 'Autre', email: 'autre@office.example' },
      ifMatch(made.headers.get('etag') ?? ''),
    );
    expect(replaced.status).toBe(200);
    expect(replaced.body).toMatchObject({ name: 'Autre', settings: { uniqueGroupNames: false } });
    expect(replaced.headers.get('etag')).not.toBe(made.headers.get('etag'));
  });

  test('of ten requests that make the same office at once, one makes it and none fails', async () => {
    const id = anId('office');
    const body = anOffice();
    const answers = await Promise.all(Array.from({ length: 10 }, () => platform.put(officePath(id), body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 201]);
  });

  test('of ten requests that make one office in ten ways at once, one makes it and the others must say If-Match', async () => {
    const id = anId('office');
    const answers = await Promise.all(Array.from({ length: 10 }, () => platform.put(officePath(id), anOffice())));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(428)]);
  });

  test('a dry run of a new office leaves no office behind', async () => {
    const id = anId('office');
    const preview = await platform.put<Preview>(`${officePath(id)}?dryRun=true`, anOffice());
    expect(preview.status).toBe(200);
    expect(preview.body).toMatchObject({ dryRun: true, impact: { gains: { total: 0 }, losses: { total: 0 } } });
    expect(verdict(await platform.get(officePath(id)))).toEqual([404, 'office_not_found']);
  });

  test('an Idempotency-Key makes a repeated creation give the first answer, 201 included', async () => {
    const id = anId('office');
    const key = { 'idempotency-key': anId('key') };
    const body = anOffice();
    const answers = await Promise.all(Array.from({ length: 5 }, () => platform.put(officePath(id), body, key)));
    for (const { status, body: answer } of answers) expect([status, answer]).toEqual([201, answers[0]?.body]);
    expect(verdict(await platform.put(officePath(id), anOffice(), key))).toEqual([422, 'idempotency_key_reused']);
  });
});

describe('PATCH /v1/offices/{office}', () => {
  test('it changes what it names and nothing else', async () => {
    const office = await OfficeClient.make(app, { name: 'Avant', settings: { uniqueGroupNames: true } });
    const patched = await office.api.patch<OfficeAnswer>(
      office.at(),
      { settings: { onlyAdminsActivate: false } },
      ifMatch(await office.etag()),
    );
    expect(patched.status).toBe(200);
    expect(patched.body).toMatchObject({
      name: 'Avant',
      settings: { onlyAdminsActivate: false, uniqueGroupNames: true, defaultClientGroup: null },
    });
  });

  test('says for how long its decisions are kept, from a day to ten years, which is in the trail', async () => {
    const office = await OfficeClient.make(app);
    const days = (decisionLogDays: unknown) =>
      office.api.patch<OfficeAnswer>(office.at(), { settings: { decisionLogDays } }, ifMatch('*'));
    expect((await days(30)).body.settings.decisionLogDays).toBe(30);
    for (const wrong of [0, 3651, 1.5, '30']) expect(verdict(await days(wrong))).toEqual([400, 'invalid_request']);
    expect((await days(null)).body.settings.decisionLogDays).toBeNull();
    const trail = await office.api.get<{ items: { after: { decisionLogDays: number | null } }[] }>(
      `${office.at('changes')}?key=office`,
    );
    expect(trail.body.items.map(({ after }) => after.decisionLogDays)).toEqual([null, 30, null]);
  });

  test('a default client group is one of the office, and leaves the settings when the group is deleted', async () => {
    const office = await OfficeClient.make(app);
    await office.clientGroup('g');
    const set = await office.api.patch<OfficeAnswer>(
      office.at(),
      { settings: { defaultClientGroup: 'g' } },
      ifMatch('*'),
    );
    expect(set.body.settings.defaultClientGroup).toBe('g');
    expect((await office.api.delete(office.at('client-groups', 'g'))).status).toBe(200);
    const read = await office.api.get<OfficeAnswer>(office.at());
    expect(read.body.settings.defaultClientGroup).toBeNull();
    expect(verdict(await office.api.patch(office.at(), { name: 'X' }, ifMatch(set.headers.get('etag') ?? '')))).toEqual(
      [412, 'stale_version'],
    );
  });

  test('rule 29: the preview of a new office address names each dossier whose contact changes, and changes nothing', async () => {
    const office = await OfficeClient.make(app, { email: 'before@office.example' });
    await office.dossier('d');
    await office.collaborator('anna', aCollaborator({ email: 'anna@office.example' }));
    await office.dossier('managed', { managers: ['anna'] });
    const before = await office.revision();
    const preview = await office.api.patch<Preview>(
      `${office.at()}?dryRun=true`,
      { email: 'after@office.example' },
      ifMatch('*'),
    );
    expect(preview.body.impact.contacts).toEqual({
      total: 1,
      rows: [{ dossier: 'd', before: 'before@office.example', after: 'after@office.example' }],
    });
    expect(await office.revision()).toBe(before);
    expect(await office.contact('d')).toMatchObject({ email: 'before@office.example', source: 'office' });
    await office.api.patch(office.at(), { email: 'after@office.example' }, ifMatch('*'));
    expect(await office.contact('d')).toMatchObject({ email: 'after@office.example', source: 'office' });
  });
});
