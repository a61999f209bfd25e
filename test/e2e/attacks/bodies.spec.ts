import { beforeAll, describe, expect, test } from '@jest/globals';
import { aCollaborator } from '#test/factories/collaborators.js';
import { aDossier } from '#test/factories/dossiers.js';
import { aClientGroup } from '#test/factories/groups.js';
import { anOffice } from '#test/factories/offices.js';
import { OfficeClient, verdict, type Problem } from '#test/support/office-client.js';
import { rawRequest, sendRaw } from '#test/support/raw-http.js';
import { theService } from '#test/support/service.js';

const json = { 'content-type': 'application/json' };

const app = theService();
let office: OfficeClient;

beforeAll(async () => {
  office = await OfficeClient.make(app);
  await office.collaborator('c1');
  await office.dossier('d1');
});
const put = (text: string) => office.api.put<Problem>(office.at('collaborators', 'new'), text, json);
const check = (text: string) => office.api.post<Problem>(office.at('can-access'), text, json);

/** Nothing of what was refused may be there afterwards. */
async function expectUntouched(): Promise<void> {
  expect((await office.api.get(office.at('collaborators', 'new'))).status).toBe(404);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
}

// How these were seen to fail: without counting the members that survive the parser, and with bodies that ignore unknown members.
describe('attack: bodies', () => {
  test.each(['__proto__', 'constructor', 'prototype'])(
    'the member %s is refused at any depth, spelt with escapes too',
    async (name) => {
      const escaped = [...name].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
      const body = JSON.stringify(aCollaborator());
      for (const spelt of [name, escaped]) {
        const hostile = `{"${spelt}":{"polluted":true,"profile":"admin"},${body.slice(1)}`;
        expect(verdict(await put(hostile))).toEqual([400, 'reserved_member']);
        expect(
          verdict(await check(`{"collaborator":"c1","dossier":"d1","x":[{"${spelt}":{"allowed":true}}]}`)),
        ).toEqual([400, 'reserved_member']);
      }
      await expectUntouched();
    },
  );

  test.each([
    ['lists', '['.repeat(100_000)],
    ['objects', '{"a":'.repeat(100_000)],
    ['closed lists', `${'['.repeat(65)}${']'.repeat(65)}`],
    ['a list within a member', `{"checks":${'['.repeat(5_000)}${']'.repeat(5_000)}}`],
  ])('nested too deep are refused: %s', async (_what, text) => {
    expect((await put(text)).body.code).toBe('json_too_deep');
    expect((await check(text)).body.code).toBe('json_too_deep');
  });

  test.each(['1e400', '-1e400', '1e99999999', `${'9'.repeat(400)}`])(
    'numbers that are none any more are refused: %s',
    async (number) => {
      expect(
        verdict(await check(`{"collaborator":"c1","dossier":"d1","consistency":{"maxStalenessMs":${number}}}`)),
      ).toEqual([400, 'unrepresentable_value']);
    },
  );

  test.each([
    'NaN',
    'Infinity',
    '-',
    '0x10',
    '01',
    '1.',
    '+1',
    '"\t"',
    "'a'",
    '{a:1}',
    '[1,]',
    '{"a":1,}',
    '// x\n{}',
    'undefined',
    '',
  ])('that are no JSON are refused: %j', async (text) => {
    expect((await put(text)).status).toBe(400);
  });

  test.each([-1, 0.5, 3_600_001, 1e21])('numbers out of range are refused: %d', async (maxStalenessMs) => {
    const answer = await office.api.post(office.at('can-access'), {
      collaborator: 'c1',
      dossier: 'd1',
      consistency: { maxStalenessMs },
    });
    expect(verdict(answer)).toEqual([400, 'invalid_request']);
  });

  test('of 10 MB are refused with 413, announced or not', async () => {
    const big = `{"email":"${'x'.repeat(10 * 1024 * 1024)}"}`;
    // The service may close before it has read what it will not take, which `fetch` reports as an error of its own.
    const status = await put(big).then(
      (answer) => answer.status,
      () => 413,
    );
    expect(status).toBe(413);
    const announced = await sendRaw(
      app.url,
      rawRequest(`PUT ${office.at('collaborators', 'new')}`, [
        'host: x',
        `authorization: Bearer ${app.key}`,
        'content-type: application/json',
        'content-length: 10485760',
      ]),
    );
    expect(announced.status).toBe(413);
    await expectUntouched();
    expect((await office.api.get('/health/live')).status).toBe(200);
  });

  test('with lists of 100,001 items are refused before anything is made of them', async () => {
    const items = (count: number) => `{"checks":[${Array(count).fill('1').join(',')}]}`;
    const batch = (text: string) => office.api.post<Problem>(office.at('can-access', 'batch'), text, json);
    expect((await batch(items(100_001))).body.code).toBe('array_too_long');
    const allowed = await batch(items(100_000));
    expect(verdict(allowed)).toEqual([400, 'invalid_request']);
    // The answer does not repeat a hundred thousand complaints.
    expect(JSON.stringify(allowed.body).length).toBeLessThan(50_000);
  });

  test('with 100,000 members are refused, and quickly', async () => {
    const members = Array.from({ length: 100_000 }, (_, n) => `"m${n}":${n}`).join(',');
    const started = performance.now();
    expect((await put(`{${members}}`)).status).toBe(400);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test.each([
    ['a lone continuation byte', [0x80]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['half a surrogate', [0xed, 0xa0, 0x80]],
    ['a cut character', [0xe2, 0x82]],
    ['a byte that is none', [0xff]],
  ])('in invalid UTF-8 are refused: %s', async (_what, bytes) => {
    const [before, after] = JSON.stringify(aCollaborator({ firstName: '?' })).split('?');
    const body = Buffer.concat([Buffer.from(before ?? ''), Buffer.from(bytes), Buffer.from(after ?? '')]);
    const response = await fetch(`${app.url}${office.at('collaborators', 'new')}`, {
      method: 'PUT',
      headers: { ...json, authorization: `Bearer ${app.key}` },
      body,
    });
    expect([response.status, ((await response.json()) as Problem).code]).toEqual([400, 'malformed_json']);
    await expectUntouched();
  });

  test.each(['\\u0000', '\\ud800', '\\udc00x', 'a\\ud83d'])(
    'with text that no database stores are refused: %s',
    async (text) => {
      const body = JSON.stringify(aCollaborator({ firstName: '?' })).replace('?', text);
      expect(verdict(await put(body))).toEqual([400, 'unrepresentable_value']);
    },
  );

  test('with a member twice are refused: two readers could see two things', async () => {
    const body = JSON.stringify(aCollaborator({ profile: 'support' }));
    for (const second of ['"profile":"admin"', '"pr\\u006ffile":"admin"']) {
      expect(verdict(await put(`${body.slice(0, -1)},${second}}`))).toEqual([400, 'duplicate_member']);
    }
    expect(verdict(await check('{"collaborator":"c1","collaborator":"boss","dossier":"d1"}'))).toEqual([
      400,
      'duplicate_member',
    ]);
    await expectUntouched();
  });

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/xml',
    'application/json, text/plain',
  ])('of another type are refused: %s', async (type) => {
    const answer = await office.api.put(office.at('collaborators', 'new'), JSON.stringify(aCollaborator()), {
      'content-type': type,
    });
    expect(verdict(answer)).toEqual([415, 'unsupported_media_type']);
  });

  test('that are no object are refused, where one is wanted', async () => {
    for (const body of ['null', '[]', '"x"', '1', 'true', '[{}]']) expect((await put(body)).status).toBe(400);
  });
});

describe('attack: mass assignment', () => {
  const hostile = [
    { office: 'other' },
    { revision: '999' },
    { version: 999 },
    { id: 'another' },
    { createdAt: '2020-01-01T00:00:00Z' },
    { createdBy: 'collaborator:boss' },
    { hash: 'x' },
    { system: true },
  ];

  test.each(hostile)('of %j is refused by every write', async (member) => {
    const any = { 'if-match': '*' };
    const answers = await Promise.all([
      office.api.put(office.at('collaborators', 'new'), { ...aCollaborator(), ...member }),
      office.api.patch(office.at('collaborators', 'c1'), member, any),
      office.api.put(office.at('dossiers', 'new'), { ...aDossier(), ...member }),
      office.api.patch(office.at('dossiers', 'd1'), member, any),
      office.api.put(office.at('client-groups', 'new'), { ...aClientGroup(), ...member }),
      office.api.put(office.at(), { ...anOffice(), ...member }, any),
      office.api.patch(office.at(), { settings: member }, any),
      office.api.post(office.at('relationships'), {
        write: [{ object: 'dossier:d1', relation: 'guest', subject: 'collaborator:c1', ...member }],
      }),
      office.api.post(office.at('dossiers', 'bulk'), { select: { ids: ['d1'] }, set: member }),
      office.api.post(office.at('dossiers', 'd1', 'deactivate'), member),
      office.api.patch(office.at('dossiers', 'd1', 'guests'), { add: [{ collaborator: 'c1', ...member }] }, any),
      ...('id' in member ? [] : [office.api.post(office.at('api-keys'), { name: 'K', scopes: ['read'], ...member })]),
    ]);
    for (const answer of answers) expect(verdict(answer)).toEqual([400, 'invalid_request']);
  });

  test('of a profile: nobody makes themself an admin', async () => {
    const own = office.as('c1').api;
    const any = { 'if-match': '*' };
    const answers = await Promise.all([
      own.patch(office.at('collaborators', 'c1'), { profile: 'admin' }, any),
      own.put(office.at('collaborators', 'c1'), aCollaborator({ profile: 'admin' }), any),
      own.put(office.at('collaborators', 'helper'), aCollaborator({ profile: 'admin' })),
    ]);
    for (const answer of answers) expect(verdict(answer)).toEqual([403, 'forbidden']);
    const system = await office.api.put(office.at('collaborators', 'helper'), {
      ...aCollaborator(),
      profile: 'system',
    });
    expect(verdict(system)).toEqual([400, 'invalid_request']);
    const { body } = await office.api.get<{ profile: string }>(office.at('collaborators', 'c1'));
    expect(body.profile).toBe('collaborator');
  });

  test('through the query is refused too: a misspelt dry run is no dry run', async () => {
    for (const query of [
      'dryrun=true',
      'dryRun=1',
      'dryRun=true&dryRun=false',
      'dryRun[]=true',
      'office=other',
      'actor=boss',
    ]) {
      const answer = await office.api.patch(
        `${office.at('dossiers', 'd1')}?${query}`,
        { name: 'Changed' },
        { 'if-match': '*' },
      );
      expect({ query, was: verdict(answer) }).toEqual({ query, was: [400, 'invalid_request'] });
    }
    expect((await office.api.get<{ name: string }>(office.at('dossiers', 'd1'))).body.name).not.toBe('Changed');
  });
});
