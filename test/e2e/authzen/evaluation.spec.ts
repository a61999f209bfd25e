import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ask, startLibrary, type Library } from '#test/support/authzen.js';
import { keyOf, makeKey } from '#test/support/keys.js';

let library: Library;
const question = (more: Record<string, unknown> = {}) => ask('collaborator:anna', 'open', 'dossier:d1', more);
const evaluate = (body: unknown, headers?: Record<string, string>) => library.pdp.post('evaluation', body, headers);

beforeAll(async () => {
  library = await startLibrary();
  const { office } = library;
  await office.collaborator('anna');
  await office.collaborator('boris');
  for (const [id, body] of [
    ['d1', { managers: ['anna'] }],
    ['d2', {}],
    ['secret', { private: true, managers: ['boris'] }],
    ['draft', { status: 'draft', managers: ['anna'] }],
  ] as const)
    await office.dossier(id, { ...body });
  await office.clientGroup('mine', { collaborators: ['anna'] });
  await office.clientGroup('theirs');
});
afterAll(() => library.close());

describe('POST /access/v1/evaluation', () => {
  test('about a dossier it answers exactly as can-access, for every action and whoever asks', async () => {
    const { office, pdp } = library;
    for (const asker of [undefined, 'boss'] as const) {
      const [face, api] = asker ? [pdp.as(asker), office.as(asker).api] : [pdp, office.api];
      for (const collaborator of ['anna', 'boris', 'boss', 'nobody', 'a b']) {
        for (const dossier of ['d1', 'd2', 'secret', 'draft', 'nothing']) {
          for (const action of ['open', 'edit', 'activate', 'assign_manager', 'fly']) {
            const body = { collaborator, dossier, action };
            const { body: known } = await api.post<{ allowed: boolean }>(office.at('can-access'), body);
            const asked = ask(`user:${collaborator}`, action, `dossier:${dossier}`, { context: { explain: true } });
            const { body: answer } = await face.post<{ decision: boolean; context: object }>('evaluation', asked);
            const { allowed, rule, reason, revision } = known as typeof known & Record<string, unknown>;
            expect({ ...body, ...answer }).toEqual({ ...body, decision: allowed, context: { rule, reason, revision } });
          }
        }
      }
    }
  });

  test('properties of the request never replace the facts of a dossier or a collaborator', async () => {
    const forged = { managers: ['anna'], status: 'active', private: false, profile: 'admin', clientGroups: ['theirs'] };
    const asked = ask('collaborator:anna', 'open', 'dossier:d2') as { subject: object; resource: object };
    const body = {
      ...asked,
      subject: { ...asked.subject, ...forged, properties: forged },
      resource: { ...asked.resource, ...forged, properties: forged },
      context: forged,
    };
    expect((await evaluate(body)).body).toEqual({ decision: false });
  });

  test('what comes with the action is asked about where a rule does', async () => {
    const api = library.office.api;
    await api.patch(library.office.at(), { settings: { onlyAdminsActivate: false } }, { 'if-match': '*' });
    const activate = (clientGroup: string) =>
      library.pdp.decides({
        ...ask('user:anna', 'activate', 'dossier:draft'),
        action: { name: 'activate', properties: { clientGroup } },
      });
    expect(await activate('mine')).toBe(true);
    expect(await activate('theirs')).toBe(false);
  });

  test('rule 15: also then a private dossier does not exist for an admin who asks about others', async () => {
    const action = { name: 'assign_manager', properties: { relation: 'manager' } };
    const asked = { ...ask('user:boris', '', 'dossier:secret'), action };
    expect(await library.pdp.decides(asked)).toBe(true);
    expect(await library.pdp.as('boris').decides(asked)).toBe(true);
    expect(await library.pdp.as('boss').decides(asked)).toBe(false);
  });

  test('a plain decision has no context, and one that is asked to explain says rule, reason and revision', async () => {
    expect((await evaluate(question())).body).toEqual({ decision: true });
    expect((await evaluate(question({ context: { explain: 'yes', time: 'now' } }))).body).toEqual({ decision: true });
    const { body } = await evaluate(question({ context: { explain: true } }), { 'accept-language': 'fr' });
    expect(body).toMatchObject({
      decision: true,
      context: { rule: 'collaborator-on-active', reason: expect.any(String) },
    });
  });

  test('unknown members are ignored anywhere, and null is nothing', async () => {
    const { subject, action, resource } = question() as Record<string, object>;
    const more = { customAttr: [1, { a: null }], properties: null };
    const body = {
      subject: { ...subject, ...more },
      action: { ...action, ...more },
      resource: { ...resource, ...more },
      foo: 1,
      context: null,
    };
    expect((await evaluate(body)).body).toEqual({ decision: true });
  });

  test.each([
    ['no subject', { subject: undefined }],
    ['a null subject', { subject: null }],
    ['a subject that is a text', { subject: 'anna' }],
    ['a subject without type', { subject: { id: 'anna' } }],
    ['a subject without id', { subject: { type: 'user' } }],
    ['an id that is a number', { subject: { type: 'user', id: 1 } }],
    ['no action', { action: undefined }],
    ['an action without name', { action: {} }],
    ['an action whose name is a number', { action: { name: 1 } }],
    ['no resource', { resource: undefined }],
    ['a resource without id', { resource: { type: 'dossier' } }],
    ['properties that are a list', { resource: { type: 'dossier', id: 'd1', properties: [] } }],
    ['a context that is a text', { context: 'now' }],
    ['a consistency of another form', { context: { consistency: { maxStalenessMs: -1 } } }],
  ])('%s is a 400 with a message', async (_name, broken) => {
    const answer = await evaluate({ ...question(), ...broken });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      400,
      expect.stringMatching(/^application\/json/),
    ]);
    expect(answer.body).toEqual({ message: expect.any(String) });
  });

  test('the consistency of can-access holds in the context', async () => {
    const { office } = library;
    const revision = await office.revision();
    const at = (consistency: unknown) => evaluate(question({ context: { consistency } }));
    for (const consistency of [{ maxStalenessMs: 1000 }, { atLeast: String(revision) }, null]) {
      expect((await at(consistency)).body).toEqual({ decision: true });
    }
    expect((await at({ atLeast: String(revision + 1_000) })).status).toBe(400);
    const generic = ask('visitor:x', 'read', 'book:b', {
      context: { consistency: { atLeast: String(revision + 1_000) } },
    });
    expect((await evaluate(generic)).status).toBe(400);
  });

  test('an acknowledged revoke is denied by the next question', async () => {
    const { office, pdp } = library;
    const guest = { object: 'dossier:d2', relation: 'guest', subject: 'collaborator:anna' };
    for (let turn = 0; turn < 10; turn++) {
      await office.relate(guest);
      expect(await pdp.decides(ask('user:anna', 'open', 'dossier:d2'))).toBe(true);
      await office.api.post(office.at('relationships'), { delete: [guest] });
      expect(await pdp.decides(ask('user:anna', 'open', 'dossier:d2'))).toBe(false);
    }
  });
});

describe('every endpoint of the API', () => {
  const paths = ['evaluation', 'evaluations', 'search/subject', 'search/resource', 'search/action'];
  const url = (path: string) => `${library.app.url}/offices/${library.office.id}/access/v1/${path}`;
  const send = (path: string, init: RequestInit & { key?: string | null } = {}) =>
    fetch(url(path), {
      method: 'POST',
      body: JSON.stringify(question()),
      ...init,
      headers: {
        'content-type': 'application/json',
        'x-request-id': 'pep-1',
        ...(init.key === null ? {} : { authorization: `Bearer ${init.key ?? library.app.key}` }),
        ...(init.headers as Record<string, string>),
      },
    });

  test.each(paths)('%s answers 200 and takes a charset', async (path) => {
    const answer = await send(path, { headers: { 'content-type': 'application/json; charset=UTF-8' } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      expect.stringMatching(/^application\/json/),
    ]);
    expect(answer.headers.get('x-request-id')).toBe('pep-1');
  });

  test.each(paths)('%s refuses what is no request, as JSON with a message and the id of the request', async (path) => {
    const { key: readers } = await makeKey(library.office, ['read']);
    const cases: [number, RequestInit & { key?: string | null }][] = [
      [400, { body: '{ broken' }],
      [400, { body: '' }],
      [400, { body: '[]' }],
      [400, { body: 'null' }],
      [400, { headers: { 'content-type': 'text/plain' } }],
      [400, { headers: { 'content-type': 'application/json-patch+json' } }],
      [401, { key: null }],
      [401, { key: 'cdk_wrong' }],
      [401, { key: null, headers: { authorization: 'undefined' } }],
      [403, { key: readers }],
      [405, { method: 'PUT' }],
      [405, { method: 'DELETE', body: undefined, headers: {} }],
    ];
    for (const [status, init] of cases) {
      const answer = await send(path, init);
      const told = {
        status: answer.status,
        type: answer.headers.get('content-type'),
        id: answer.headers.get('x-request-id'),
      };
      expect({ init, ...told }).toEqual({
        init,
        status,
        type: expect.stringMatching(/^application\/json/),
        id: 'pep-1',
      });
      expect(await answer.json()).toEqual({ message: expect.any(String) });
      if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
      if (status === 405) expect(answer.headers.get('allow')).toBe('POST');
    }
    const get = await fetch(url(path), { headers: { authorization: `Bearer ${library.app.key}` } });
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('another office, and one that does not exist, are 404 for the key of an office', async () => {
    const api = await keyOf(library.app, library.office, ['check']);
    for (const office of ['nowhere', 'a b']) {
      const answer = await api.post(`/offices/${encodeURIComponent(office)}/access/v1/evaluation`, question());
      expect([answer.status, answer.body]).toEqual([404, { message: expect.any(String) }]);
    }
  });
});
