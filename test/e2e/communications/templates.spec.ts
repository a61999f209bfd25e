import { beforeAll, describe, expect, test } from '@jest/globals';
import { ifMatch, OfficeClient, verdict, type Problem } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app, { name: 'Fiduciaire Horta', email: 'office@o.example' });
  await office.collaborator('mia', { firstName: 'Mia', lastName: 'Peeters', email: 'mia@o.example' });
  await office.clientGroup('g', { name: 'Bruxelles' });
  await office.dossier('d', {
    email: 'd@client.example',
    name: 'Boulangerie {{code}}',
    code: 'B1',
    enterpriseNumber: '0123.456.749',
    managers: ['mia'],
  });
  await office.dossier('bare', { email: 'bare@client.example', name: 'Bare', code: null, enterpriseNumber: null });
  await office.relate({ object: 'dossier:d', relation: 'client_group', subject: 'client_group:g' });
});

interface Preview extends Problem {
  samples: { dossier: string; subject: string; body: string; from: string }[];
  exclusions: { code: string; count: number }[];
  counts: { queued: number; refused: number };
  results: object[];
  warnings: { code: string; message: string }[];
}
const preview = (body: object, as = 'boss') =>
  office
    .as(as)
    .api.post<Preview>(`${office.at('communications')}?dryRun=true`, { subject: 'S', body: 'B', ...body }, {});
const all =
  '{{name}}|{{code}}|{{enterpriseNumber}}|{{manager}}|{{clientGroup}}|{{contactEmail}}|{{officeName}}|{{officeEmail}}';

// How these were seen to fail: with values filled in before the next field is looked for, and with refused rows queued.
describe('a preview', () => {
  test('shows messages filled in with every field, and values that are no templates', async () => {
    const { body } = await preview({ select: { ids: ['d', 'bare'] }, subject: 'For {{name}}', body: all });
    expect(body.samples).toMatchObject([
      {
        dossier: 'd',
        subject: 'For Boulangerie {{code}}',
        body: 'Boulangerie {{code}}|B1|0123.456.749|Mia Peeters|Bruxelles|mia@o.example|Fiduciaire Horta|office@o.example',
        from: 'mia@o.example',
      },
      {
        dossier: 'bare',
        body: 'Bare|||||office@o.example|Fiduciaire Horta|office@o.example',
      },
    ]);
  });

  test('says how often a field is empty, and that nothing is sent without a mail server', async () => {
    const { body } = await preview({ select: { ids: ['d', 'bare'] }, body: '{{code}} {{name}} {{manager}}' });
    expect(body.warnings.map(({ code }) => code)).toEqual([
      'mail_not_sent',
      'template_field_empty',
      'template_field_empty',
    ]);
    expect(body.warnings[1]?.message).toContain('"code" is empty for 1');
  });

  test('counts who gets no message by reason', async () => {
    const ids = ['d', 'bare', 'nobody', 'none'];
    const { body } = await preview({ select: { ids }, subject: '{{code}}' });
    expect(body.counts).toEqual({ queued: 1, refused: 3 });
    expect(body.exclusions).toEqual([
      { code: 'message_without_subject', count: 1 },
      { code: 'not_found', count: 2 },
    ]);
    expect(body.samples.map(({ dossier }) => dossier)).toEqual(['d']);
  });

  test('of a collaborator names the group of a dossier that they open', async () => {
    const { body } = await preview({ select: { ids: ['d'] }, body: '{{clientGroup}}' }, 'mia');
    expect(body.samples.map((sample) => sample.body)).toEqual(['Bruxelles']);
  });

  test.each([
    ['{{nom}}', 'template_field_unknown', '"nom"'],
    ['{{ name', 'template_broken', '{{ name'],
  ])('%s is refused, naming what is wrong', async (text, code, named) => {
    for (const body of [{ body: text }, { subject: text }]) {
      const answer = await preview({ select: { ids: ['d'] }, ...body });
      expect(verdict(answer)).toEqual([422, code]);
      expect(answer.body.detail).toContain(named);
    }
  });
});

describe('saved templates', () => {
  const text = { name: 'TVA', subject: 'TVA {{name}}', body: 'Bonjour' };
  const at = (id: string) => office.at('communication-templates', id);

  test('are kept, listed by name, replaced by version and deleted', async () => {
    const made = await office.as('boss').api.put(at('vat'), text);
    expect(made).toMatchObject({ status: 201, body: { id: 'vat', ...text } });
    await office.as('boss').api.put(at('alpha'), { ...text, name: 'Échéances' });
    const list = (query = '') =>
      office
        .as('mia')
        .api.get<{ items: { id: string }[]; total: number; fields: string[] }>(
          `${office.at('communication-templates')}?${query}`,
        );
    expect((await list()).body).toMatchObject({ items: [{ id: 'alpha' }, { id: 'vat' }], total: 2 });
    expect((await list()).body.fields).toContain('enterpriseNumber');
    expect((await list('q=echeances')).body.items.map(({ id }) => id)).toEqual(['alpha']);
    const etag = (await office.as('mia').api.get(at('vat'))).headers.get('etag') ?? '';
    expect(verdict(await office.as('boss').api.put(at('vat'), text))).toEqual([428, 'if_match_required']);
    expect((await office.as('boss').api.put(at('vat'), { ...text, body: 'Salut' }, ifMatch(etag))).status).toBe(200);
    const stale = await office.as('boss').api.put(at('vat'), text, ifMatch(etag));
    expect(verdict(stale)).toEqual([412, 'stale_version']);
    expect((await office.as('boss').api.delete(at('vat'))).status).toBe(200);
    expect(verdict(await office.as('boss').api.get(at('vat')))).toEqual([404, 'not_found']);
  });

  test('are changed by those who manage communications only', async () => {
    await office.as('boss').api.put(at('kept'), text);
    expect(verdict(await office.as('mia').api.put(at('new'), text))).toEqual([403, 'forbidden']);
    expect(verdict(await office.as('mia').api.put(at('kept'), text, ifMatch('*')))).toEqual([403, 'forbidden']);
    expect(verdict(await office.as('mia').api.delete(at('kept')))).toEqual([403, 'forbidden']);
  });

  test('name only fields that there are', async () => {
    const answer = await office.as('boss').api.put(at('bad'), { ...text, body: '{{nom}}' });
    expect(verdict(answer)).toEqual([422, 'template_field_unknown']);
    expect(verdict(await office.as('boss').api.get(at('bad')))).toEqual([404, 'not_found']);
  });

  test('are in the trail', async () => {
    await office.as('boss').api.put(at('told'), text);
    const trail = await office.api.get<{ items: object[] }>(`${office.at('changes')}?key=communication_template:told`);
    expect(trail.body.items).toMatchObject([{ action: 'create', before: null, after: text }]);
  });

  test.each<[string, object]>([
    ['no name', { name: ' ' }],
    ['a subject of two lines', { subject: 'a\nb' }],
    ['no body', { body: '' }],
    ['something else', { html: '<b>' }],
  ])('with %s are 400', async (_, spoilt) => {
    expect((await office.as('boss').api.put(at('x'), { ...text, ...spoilt })).status).toBe(400);
  });
});
