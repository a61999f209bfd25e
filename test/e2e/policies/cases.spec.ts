import { describe, expect, test } from '@jest/globals';
import { questionsOf, type CaseFile, type CaseQuestion } from '#src/policy/cases.js';
import { readCases } from '#src/policy/load-cases.js';
import { readBundle } from '#src/policy/load.js';
import { Api, officePath } from '#test/support/api.js';
import { onDatabase } from '#test/support/raw-sql.js';
import { theService } from '#test/support/service.js';

const app = theService();
const api = new Api(app.url, app.key);
/** The office's system is no collaborator, and `can-access` takes no properties of an action. */
function canBeAsked({ case: one, who }: CaseQuestion): boolean {
  return who.profile !== 'system' && Object.keys(one.action).length === 0;
}

type Line = Record<string, unknown>;

function linesOf(file: CaseFile): Line[] {
  const people = [...file.subjects.values()].filter((one) => one.profile !== 'system');
  const dossiers = [...file.resources.values()] as (Line & { id: string })[];
  const groups = new Set([
    ...people.flatMap((one) => [...one.clientGroups, ...one.excludedClientGroups]),
    ...dossiers.flatMap((one) => (typeof one['clientGroup'] === 'string' ? [one['clientGroup']] : [])),
  ]);
  const tie = (object: string, relation: string, subject: string): Line => ({
    kind: 'relationship',
    object,
    relation,
    subject,
  });
  const list = (value: unknown) => (Array.isArray(value) ? (value as string[]) : []);
  return [
    { kind: 'collaborator', id: 'keeper', email: 'keeper@cases.example', profile: 'admin' },
    ...people.map(({ id, profile, status }) => ({
      kind: 'collaborator',
      id,
      email: `${id}@cases.example`,
      profile,
      status,
    })),
    ...[...groups].map((id) => ({ kind: 'client_group', id, name: id })),
    ...people.flatMap((one) => [
      ...one.clientGroups.map((group) => tie(`client_group:${group}`, 'collaborator', `collaborator:${one.id}`)),
      ...one.excludedClientGroups.map((group) => tie(`client_group:${group}`, 'excluded', `collaborator:${one.id}`)),
    ]),
    ...dossiers.flatMap((one) => [
      { kind: 'dossier', id: one.id, name: one.id, status: one['status'], private: one['private'] ?? false },
      ...(one['clientGroup'] && one['status'] !== 'draft'
        ? [tie(`dossier:${one.id}`, 'client_group', `client_group:${one['clientGroup'] as string}`)]
        : []),
      ...list(one['managers']).map((id) => tie(`dossier:${one.id}`, 'manager', `collaborator:${id}`)),
      ...list(one['guests']).map((id) => tie(`dossier:${one.id}`, 'guest', `collaborator:${id}`)),
      ...list(one['excluded']).map((id) => tie(`dossier:${one.id}`, 'excluded', `collaborator:${id}`)),
    ]),
  ];
}

/** The API refuses to put a draft in a group; the cases say what would follow if one were in it all the same. */
async function putDraftsIntoTheirGroup(office: string, file: CaseFile): Promise<void> {
  const drafts = [...file.resources.values()].filter((one) => one['status'] === 'draft' && one['clientGroup']);
  for (const draft of drafts) {
    await onDatabase(app.database, (client) =>
      client.query(
        `insert into relationship (office, object_type, object_id, relation, subject_type, subject_id, created_by, revision)
         values ($1, 'dossier', $2, 'client_group', 'client_group', $3, 'test', 1)`,
        [office, draft.id, draft['clientGroup']],
      ),
    );
  }
}

describe('the cases of the dossier policy', () => {
  test('get over HTTP the answers, by the rules, that they get from the engine itself', async () => {
    const { bundle } = readBundle('policies');
    const file = readCases('policies', bundle).files.find((one) => one.type === 'dossier');
    if (!file) throw new Error('no cases for dossiers');
    const questions = questionsOf(file).filter(canBeAsked);
    expect(questions.length).toBeGreaterThan(1_000);
    const bySettings = Map.groupBy(questions, (question) => question.case.settings.onlyAdminsActivate);
    for (const [onlyAdminsActivate, asked] of bySettings) {
      const office = `cases-${onlyAdminsActivate}`;
      const settings = { onlyAdminsActivate };
      await api.put(officePath(office), { name: office, email: 'info@cases.example', settings });
      const body = linesOf(file)
        .map((line) => JSON.stringify(line))
        .join('\n');
      const imported = await api.post(officePath(office, 'import'), body, { 'content-type': 'application/x-ndjson' });
      expect(imported.body).toContain('"refused":[]');
      await putDraftsIntoTheirGroup(office, file);
      const checks = asked.map(({ who, what, action }) => ({ collaborator: who.id, dossier: what.id, action }));
      const answer = await api.post<{ results: unknown[] }>(officePath(office, 'can-access', 'batch'), { checks });
      expect(answer.body.results).toEqual(asked.map(({ expected }) => ({ ...expected })));
    }
  }, 300_000);
});
