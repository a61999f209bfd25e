import { aCollaborator } from '#test/factories/collaborators.js';
import { aDossier } from '#test/factories/dossiers.js';
import { inHours } from '#test/factories/relationships.js';
import type { Api } from './api.js';
import { fillPath, type Route } from './routes.js';

/** Names an id of one kind: of something that the asker must not know of in one request, of nothing in the other. */
export type Ids = (
  kind:
    | 'collaborator'
    | 'collaborator_group'
    | 'client_group'
    | 'dossier'
    | 'api_key'
    | 'entity'
    | 'communication_template',
) => string;

/** What an operation is asked about things: ids in the path, the query and the body. */
export interface IdQuestion {
  id?: (ids: Ids) => string;
  query?: (ids: Ids) => string;
  body?: (ids: Ids) => unknown;
  /** Where the body is no JSON. */
  type?: string;
}

const people = (ids: Ids) => ({ add: [ids('collaborator')], remove: [] });
const collaborator = { id: (ids: Ids) => ids('collaborator') };
const collaboratorGroup = { id: (ids: Ids) => ids('collaborator_group') };
const clientGroup = { id: (ids: Ids) => ids('client_group') };
const dossier = { id: (ids: Ids) => ids('dossier') };
const template = { id: (ids: Ids) => ids('communication_template') };
const fixed = { collaborator: aCollaborator(), dossier: aDossier() };

/**
 * Questions about things, for every operation of an office; the asker's own office has a thing of every kind called
 * `own`, and a dossier `draft`. A new operation fails the test of rule 32 until it has its own here; `[]` is for those
 * that name nothing but the office.
 */
export const idQuestions: Record<string, IdQuestion[]> = {
  'post /can-access': [{ body: (ids) => ({ collaborator: ids('collaborator'), dossier: ids('dossier') }) }],
  'post /can-access/batch': [
    {
      body: (ids) => ({
        checks: [
          { collaborator: ids('collaborator'), dossier: 'own' },
          { collaborator: 'own', dossier: ids('dossier') },
        ],
      }),
    },
  ],
  'post /can-access/filter': [
    { body: (ids) => ({ collaborator: ids('collaborator'), dossiers: ['own'] }) },
    { body: (ids) => ({ collaborator: 'own', dossiers: [ids('dossier'), 'own'] }) },
  ],
  'post /explain': [
    { body: (ids) => ({ collaborator: ids('collaborator'), dossier: 'own' }) },
    { body: (ids) => ({ collaborator: 'own', dossier: ids('dossier') }) },
  ],
  'get /dossiers/{dossier}/audience': [dossier],
  'get /collaborators/{collaborator}/dossiers': [collaborator],
  'get /collaborators/{collaborator}/ability': [collaborator],
  'post /access/v1/evaluation': [
    { body: (ids) => aQuestion({ subject: ids('collaborator') }) },
    { body: (ids) => aQuestion({ resource: ids('dossier') }) },
    { body: (ids) => ({ ...aQuestion({}), resource: { type: 'record', id: ids('entity') } }) },
  ],
  'post /access/v1/evaluations': [
    { body: (ids) => ({ ...aQuestion({}), evaluations: [{}, { resource: { type: 'dossier', id: ids('dossier') } }] }) },
  ],
  'post /access/v1/search/subject': [
    { body: (ids) => ({ ...aQuestion({ resource: ids('dossier') }), subject: { type: 'collaborator' } }) },
  ],
  'post /access/v1/search/resource': [
    { body: (ids) => ({ ...aQuestion({ subject: ids('collaborator') }), resource: { type: 'dossier' } }) },
  ],
  'post /access/v1/search/action': [
    { body: (ids) => aQuestion({ subject: ids('collaborator') }) },
    { body: (ids) => aQuestion({ resource: ids('dossier') }) },
  ],
  'get /export': [],
  'get /access-review': [
    { query: (ids) => `format=csv&collaborator=${ids('collaborator')}` },
    { query: (ids) => `format=csv&clientGroup=${ids('client_group')}` },
    { query: (ids) => `format=csv&dossier=${ids('dossier')}` },
  ],
  // What a row of it names is signed.
  'post /access-review': [],
  'post /import': [
    line((ids) => ({ object: `dossier:${ids('dossier')}`, relation: 'manager', subject: 'collaborator:own' })),
    line((ids) => ({ object: 'dossier:own', relation: 'manager', subject: `collaborator:${ids('collaborator')}` })),
    line((ids) => ({
      object: 'dossier:own',
      relation: 'client_group',
      subject: `client_group:${ids('client_group')}`,
    })),
  ],
  'put ': [{ body: (ids) => anOfficeBody({ defaultClientGroup: ids('client_group') }) }],
  'get ': [],
  'patch ': [{ body: (ids) => ({ settings: { defaultClientGroup: ids('client_group') } }) }],
  'get /collaborators': [],
  'get /collaborators/{id}': [collaborator],
  'put /collaborators/{id}': [{ ...collaborator, body: () => fixed.collaborator }],
  'patch /collaborators/{id}': [{ ...collaborator, body: () => ({ firstName: 'X' }) }],
  'patch /collaborators/{id}/client-groups': [
    { ...collaborator, body: () => ({ add: ['own'] }) },
    { id: () => 'own', body: (ids) => ({ add: [ids('client_group')] }) },
    { id: () => 'own', body: (ids) => ({ remove: [ids('client_group')] }) },
  ],
  'patch /collaborators/{id}/collaborator-groups': [
    { ...collaborator, body: () => ({ add: ['own'] }) },
    { id: () => 'own', body: (ids) => ({ add: [ids('collaborator_group')] }) },
  ],
  'post /collaborators/{id}/deactivate': [
    { ...collaborator, body: () => ({}) },
    { id: () => 'own', body: (ids) => ({ handOverTo: ids('collaborator') }) },
  ],
  'post /collaborator-groups': [
    { body: (ids) => ({ name: 'X', members: [ids('collaborator')] }) },
    { body: (ids) => ({ id: ids('collaborator_group'), name: 'X' }) },
  ],
  'get /collaborator-groups': [],
  'put /collaborator-groups/{id}': [{ ...collaboratorGroup, body: () => ({ name: 'X', members: ['own'] }) }],
  'get /collaborator-groups/{id}': [collaboratorGroup],
  'patch /collaborator-groups/{id}': [
    { ...collaboratorGroup, body: () => ({ name: 'X' }) },
    { id: () => 'own', body: (ids) => ({ members: people(ids) }) },
  ],
  'delete /collaborator-groups/{id}': [collaboratorGroup],
  'post /client-groups': [
    { body: (ids) => ({ name: 'X', dossiers: [ids('dossier')] }) },
    { body: (ids) => ({ name: 'X', collaborators: [ids('collaborator')] }) },
    { body: (ids) => ({ name: 'X', collaboratorGroups: [ids('collaborator_group')] }) },
    { body: (ids) => ({ id: ids('client_group'), name: 'X' }) },
  ],
  'get /client-groups': [],
  'put /client-groups/{id}': [{ ...clientGroup, body: () => ({ name: 'X' }) }],
  'get /client-groups/{id}': [clientGroup],
  'patch /client-groups/{id}': [
    { ...clientGroup, body: () => ({ name: 'X' }) },
    { id: () => 'own', body: (ids) => ({ dossiers: { add: [ids('dossier')] } }) },
    { id: () => 'own', body: (ids) => ({ dossiers: { remove: [ids('dossier')] } }) },
    { id: () => 'own', body: (ids) => ({ collaborators: people(ids) }) },
    { id: () => 'own', body: (ids) => ({ collaboratorGroups: { add: [ids('collaborator_group')] } }) },
  ],
  'delete /client-groups/{id}': [
    clientGroup,
    { id: () => 'own', query: (ids) => `moveDossiersTo=${ids('client_group')}` },
  ],
  'get /dossiers': [
    { query: (ids) => `clientGroup=${ids('client_group')}` },
    { query: (ids) => `manager=${ids('collaborator')}` },
  ],
  'get /dossiers/export.xlsx': [],
  'post /dossiers/bulk': [
    { body: (ids) => ({ select: { ids: [ids('dossier'), 'own'] }, set: { labels: ['x'] } }) },
    { body: (ids) => ({ select: { ids: ['own'] }, set: { clientGroup: ids('client_group') } }) },
    { body: (ids) => ({ select: { ids: ['own'] }, set: { managers: [ids('collaborator')] } }) },
    { body: (ids) => ({ select: { filter: { clientGroup: [ids('client_group')] } }, set: { labels: ['x'] } }) },
  ],
  'get /dossiers/{id}': [dossier],
  'put /dossiers/{id}': [
    { ...dossier, body: () => fixed.dossier },
    { id: () => 'new', body: (ids) => ({ ...fixed.dossier, clientGroup: ids('client_group') }) },
    { id: () => 'new', body: (ids) => ({ ...fixed.dossier, managers: [ids('collaborator')] }) },
    // The number of a dossier of the other office is free here.
    { id: () => 'new', body: () => ({ ...fixed.dossier, enterpriseNumber: '0123.456.749' }) },
  ],
  'patch /dossiers/{id}': [{ ...dossier, body: () => ({ name: 'X' }) }],
  'get /dossiers/{id}/contact': [dossier],
  'get /dossiers/{id}/accesses': [dossier],
  'post /dossiers/{id}/activate': [
    { ...dossier, body: () => ({}) },
    { id: () => 'draft', body: (ids) => ({ clientGroup: ids('client_group') }) },
    { id: () => 'draft', body: (ids) => ({ managers: [ids('collaborator')] }) },
  ],
  'post /dossiers/{id}/deactivate': [{ ...dossier, body: () => ({}) }],
  'put /dossiers/{id}/client-group': [
    { ...dossier, body: () => ({ clientGroup: 'own' }) },
    { id: () => 'own', body: (ids) => ({ clientGroup: ids('client_group') }) },
  ],
  'patch /dossiers/{id}/managers': [
    { ...dossier, body: () => ({ add: ['own'] }) },
    { id: () => 'own', body: people },
    { id: () => 'own', body: (ids) => ({ primary: ids('collaborator') }) },
  ],
  'patch /dossiers/{id}/guests': [
    { ...dossier, body: () => ({ add: ['own'] }) },
    { id: () => 'own', body: people },
  ],
  'patch /dossiers/{id}/exclusions': [
    { ...dossier, body: () => ({ add: ['own'] }) },
    { id: () => 'own', body: people },
  ],
  'post /dossiers/{id}/break-glass': [
    { ...dossier, body: () => ({ reason: 'x', expiresAt: inHours(1).replace(/\d\dT/, '01T') }) },
  ],
  'get /relationships': [
    { query: (ids) => `object=dossier:${ids('dossier')}` },
    { query: (ids) => `subject=collaborator:${ids('collaborator')}` },
  ],
  'post /relationships': [
    {
      body: (ids) => ({
        write: [{ object: `dossier:${ids('dossier')}`, relation: 'manager', subject: 'collaborator:own' }],
      }),
    },
    {
      body: (ids) => ({
        write: [{ object: 'dossier:own', relation: 'manager', subject: `collaborator:${ids('collaborator')}` }],
      }),
    },
    {
      body: (ids) => ({
        delete: [
          { object: `dossier:${ids('dossier')}`, relation: 'manager', subject: `collaborator:${ids('collaborator')}` },
        ],
      }),
    },
    {
      body: (ids) => ({
        require: [
          { object: `dossier:${ids('dossier')}`, relation: 'manager', subject: `collaborator:${ids('collaborator')}` },
        ],
      }),
    },
    {
      body: (ids) => ({
        forbid: [
          { object: `dossier:${ids('dossier')}`, relation: 'manager', subject: `collaborator:${ids('collaborator')}` },
        ],
      }),
    },
  ],
  'get /entities/{type}/{id}': [{ id: (ids) => ids('entity') }],
  'put /entities/{type}/{id}': [{ id: (ids) => ids('entity'), body: () => ({ properties: { status: 'x' } }) }],
  'delete /entities/{type}/{id}': [{ id: (ids) => ids('entity') }],
  'get /changes': [
    { query: (ids) => `key=dossier:${ids('dossier')}` },
    { query: (ids) => `person=${ids('collaborator')}` },
    { query: (ids) => `subject=${ids('collaborator')}&actor=collaborator:${ids('collaborator')}` },
  ],
  'post /changes/{revision}/undo': [],
  'post /api-keys': [{ body: (ids) => ({ id: ids('api_key'), name: 'X', scopes: ['read'] }) }],
  'get /api-keys': [],
  'delete /api-keys/{id}': [{ id: (ids) => ids('api_key') }],
  // Their ids are made; what is in those of others is asked in test/e2e/communications.
  'get /communications': [],
  'get /communications/{id}': [collaborator],
  'get /communications/{id}/messages': [collaborator],
  'get /communications/{id}/messages/{dossier}': [dossier],
  'post /communications/{id}/retry': [{ ...dossier, body: (ids) => ({ dossiers: [ids('dossier')] }) }],
  'post /communications/{id}/cancel': [{ ...dossier, body: (ids) => ({ dossiers: [ids('dossier')] }) }],
  'post /communications/{id}/settle': [{ ...dossier, body: (ids) => ({ dossiers: [ids('dossier')], as: 'sent' }) }],
  'get /findings': [],
  'get /findings/{finding}': [],
  'get /communication-templates': [],
  'get /communication-templates/{id}': [template],
  'put /communication-templates/{id}': [{ ...template, body: () => ({ name: 'X', subject: 'X', body: 'X' }) }],
  'delete /communication-templates/{id}': [template],
  'post /communications': [
    { body: (ids) => ({ select: { ids: [ids('dossier')] }, subject: 'x', body: 'x' }) },
    { body: (ids) => ({ select: { filter: { clientGroup: [ids('client_group')] } }, subject: 'x', body: 'x' }) },
  ],
};

/** May `own` open `own`, in AuthZEN's words; or someone else, or something else. */
function aQuestion({ subject = 'own', resource = 'own' }: { subject?: string; resource?: string }) {
  return {
    subject: { type: 'collaborator', id: subject },
    action: { name: 'open' },
    resource: { type: 'dossier', id: resource },
  };
}

/** A relationship as a line of an import. */
function line(tuple: (ids: Ids) => object): IdQuestion {
  const body = (ids: Ids) => `${JSON.stringify({ kind: 'relationship', ...tuple(ids) })}\n`;
  return { body, type: 'application/x-ndjson' };
}

function anOfficeBody(settings: Record<string, unknown>) {
  return { name: 'X', email: 'x@office.example', settings };
}

/** What the table calls an operation. */
export function nameOf({ method, path }: Route): string {
  return `${method} ${path.replace(/^.*\{office\}/, '')}`;
}

/** Asks one question of one office; a write is a dry run, except an import, which has none. */
export function askAbout(api: Api, office: string, route: Route, question: IdQuestion, ids: Ids) {
  const named: Record<string, string> = { office, type: 'record' };
  const path = fillPath(route.path, (name) => named[name] ?? question.id?.(ids) ?? 'own');
  const isDry = route.method !== 'get' && route.scopes.includes('write') && question.type === undefined;
  const query = [question.query?.(ids), isDry && 'dryRun=true'].filter(Boolean).join('&');
  return answerOf(api, route, `${path}?${query}`, question.body?.(ids), question.type);
}

/** Everything of an answer but what is of the one request. */
export async function answerOf(api: Api, route: Pick<Route, 'method'>, url: string, body: unknown, type?: string) {
  const headers = { 'if-match': '*', 'x-request-id': 'the-same', ...(type !== undefined && { 'content-type': type }) };
  const send = { get: () => api.get(url, headers), delete: () => api.delete(url, headers) };
  const sent =
    route.method in send ? send[route.method as 'get'] : () => api[route.method as 'post'](url, body, headers);
  const { status, body: answered, headers: received } = await sent();
  const { date: _date, ...rest } = Object.fromEntries(received);
  // An import has no dry run: each one takes a revision.
  const text = JSON.stringify(answered).replaceAll(/(revision\W+)\d+/g, '$1n');
  return { status, headers: rest, body: text };
}
