import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Api } from '#test/support/api.js';
import { OfficeClient, verdict } from '#test/support/office-client.js';
import { theService } from '#test/support/service.js';

interface Policy {
  type: string;
  actions: string[];
  rules: { id: string; effect: string; line: number; reason: Record<string, string> }[];
  file: string;
  source: string;
  hash: string;
}

const app = theService();
let api: Api;
let office: OfficeClient;

beforeAll(async () => {
  api = new Api(app.url, app.key);
  office = await OfficeClient.make(app);
});

describe('the policies', () => {
  test('are shown as they decide: every type, its actions and rules, and the text of the file', async () => {
    const { status, body } = await api.get<{ hash: string; policies: Policy[] }>('/v1/policies');
    expect(status).toBe(200);
    expect(body.policies.map(({ type }) => type).sort()).toEqual([
      'client_group',
      'collaborator',
      'collaborator_group',
      'dossier',
      'office',
    ]);
    const dossier = body.policies.find(({ type }) => type === 'dossier');
    expect(dossier?.source).toBe(readFileSync('policies/dossier.policy.yaml', 'utf8'));
    for (const rule of dossier?.rules ?? []) {
      expect(dossier?.source.split('\n')[rule.line - 1]).toContain(rule.id);
      expect(Object.keys(rule.reason).sort()).toEqual(['de', 'en', 'fr', 'nl']);
    }
  });

  test('one type at a time says the same, with the hash that decisions carry', async () => {
    const all = await api.get<{ hash: string; policies: Policy[] }>('/v1/policies');
    for (const policy of all.body.policies) {
      const one = await api.get<Policy>(`/v1/policies/${policy.type}`);
      expect(one.body).toEqual({ ...policy, hash: all.body.hash });
    }
    const check = await api.post<{ policy: string }>(office.at('can-access'), { collaborator: 'boss', dossier: 'd' });
    expect(check.body.policy).toBe(all.body.hash);
  });

  test('say nothing of where the service keeps its files', async () => {
    const { body } = await api.get<{ policies: Policy[] }>('/v1/policies');
    for (const { file } of body.policies) expect(file).toMatch(/^policies\/[a-z-]+\.policy\.yaml$/);
  });

  test.each(['nothing', 'constructor', '__proto__', 'dossier.policy.yaml', '..%2Fpackage.json'])(
    'the type %s is 404',
    async (type) => {
      expect(verdict(await api.get(`/v1/policies/${type}`))).toEqual([404, 'not_found']);
    },
  );

  test('are for keys that check or read: without one 401, with one that may do neither 403', async () => {
    expect((await new Api(app.url).get('/v1/policies')).status).toBe(401);
    const scoped = async (...scopes: string[]) => {
      const made = await office.api.post<{ key: string }>(office.at('api-keys'), { name: scopes.join(' '), scopes });
      return new Api(app.url, made.body.key);
    };
    for (const scope of ['check', 'read']) {
      expect((await (await scoped(scope)).get('/v1/policies')).status).toBe(200);
      expect((await (await scoped(scope)).get('/v1/policies/dossier')).status).toBe(200);
    }
    expect(verdict(await (await scoped('write')).get('/v1/policies'))).toEqual([403, 'insufficient_scope']);
  });
});
