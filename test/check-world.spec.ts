import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ApiResponse } from './support/api.js';
import { checkWorld, type QuestionApi } from './support/check-world.js';
import { questionOf, questionRecipes } from './support/questions.js';
import { dossierActions, mayDo } from './support/reference.js';
import { seededWorld } from './support/world.js';
import type { Question, World, WorldOffice } from './support/world.types.js';

interface Check {
  collaborator: string;
  dossier: string;
  action?: string;
}

interface Answer {
  allowed: boolean;
  rule: string | null;
  reason: string;
}

/** A service in a few lines that reads the import lines and answers; `answer` may spoil what it would say. */
class PretendedService implements QuestionApi {
  private readonly offices = new Map<string, WorldOffice>();

  constructor(private readonly answer: (honest: Answer, question: Question, world: World) => Answer = (one) => one) {}

  put<Body>(path: string, body?: unknown): Promise<ApiResponse<Body>> {
    const none = { collaborators: [], collaboratorGroups: [], clientGroups: [], dossiers: [], tuples: [] };
    const id = decodeURIComponent(path.split('/')[3] ?? '');
    this.offices.set(id, { id, ...none, ...(body as Omit<WorldOffice, keyof typeof none | 'id'>) });
    return this.respond(201, {});
  }

  post<Body>(path: string, body?: unknown): Promise<ApiResponse<Body>> {
    const [, , , encoded = '', ...rest] = path.split('/');
    const office = this.offices.get(decodeURIComponent(encoded)) as WorldOffice;
    switch (rest.join('/')) {
      case 'import':
        this.import(office, body as string);
        return this.respond(200, '{"kind":"progress","lines":1}\n{"kind":"done","refused":[]}\n');
      case 'can-access':
        return this.respond(200, this.decide(office, body as Check));
      case 'can-access/batch':
        return this.respond(200, {
          results: (body as { checks: Check[] }).checks.map((one) => this.decide(office, one)),
        });
      default:
        return this.respond(404, {});
    }
  }

  private import(office: WorldOffice, text: string): void {
    const lines = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string });
    const of = (kind: string) => lines.filter((line) => line.kind === kind) as never[];
    this.offices.set(office.id, {
      ...office,
      collaborators: of('collaborator'),
      collaboratorGroups: of('collaborator_group'),
      clientGroups: of('client_group'),
      dossiers: of('dossier'),
      tuples: of('relationship'),
    });
  }

  private decide(office: WorldOffice, { collaborator, dossier, action = 'open' }: Check): Answer {
    const world = { offices: [...this.offices.values()] };
    const allowed = mayDo(world, office.id, collaborator, action, dossier, new Date());
    const honest = allowed
      ? { allowed, rule: 'some-rule', reason: 'some reason' }
      : { allowed, rule: null, reason: 'not_found' };
    return this.answer(honest, { office: office.id, collaborator, action, dossier }, world);
  }

  private respond<Body>(status: number, body: unknown): Promise<ApiResponse<Body>> {
    return Promise.resolve({ status, headers: new Headers(), body: body as Body });
  }
}

const world = seededWorld(5, {
  offices: 3,
  collaborators: 7,
  collaboratorGroups: 3,
  clientGroups: 3,
  dossiers: 12,
  links: 60,
});
const recipes = fc.sample(questionRecipes(), { numRuns: 600, seed: 5 });
const questions = recipes.map((recipe) => questionOf(world, recipe));

describe('the check of a world', () => {
  test('passes a service that answers by the rules, however often the world is imported', async () => {
    const service = new PretendedService();
    const allowed = await checkWorld(service, world, questions);
    expect(allowed).toBeGreaterThan(50);
    expect(await checkWorld(service, world, questions)).toBe(allowed);
  });

  test.each<[string, (honest: Answer, question: Question, world: World) => Answer]>([
    [
      'takes the rights that the same ids have in another office',
      (honest, { collaborator, action, dossier }, { offices }) => {
        const now = new Date();
        const isAllowed = offices.some(({ id }) => mayDo({ offices }, id, collaborator, action, dossier, now));
        return isAllowed ? { ...honest, allowed: true, rule: 'some-rule' } : honest;
      },
    ],
    [
      'does not see that tuples have ended',
      (honest, { office, collaborator, action, dossier }, { offices }) => {
        const long = new Date(0);
        const allowed = mayDo({ offices }, office, collaborator, action, dossier, long);
        return { ...honest, allowed, rule: allowed ? 'some-rule' : null };
      },
    ],
    ['refuses all', () => ({ allowed: false, rule: null, reason: 'not_found' })],
    ['allows all', () => ({ allowed: true, rule: 'some-rule', reason: '' })],
    ['names no rule where it allows', (honest) => ({ ...honest, rule: null })],
    [
      'names a rule for what does not exist',
      (honest, { action }) =>
        honest.allowed || dossierActions.some((one) => one === action) ? honest : { ...honest, rule: 'no-such-action' },
    ],
    [
      'gives away what does not exist by its reason',
      (honest, { dossier }) => (dossier === 'unknown' ? { ...honest, reason: 'no such dossier' } : honest),
    ],
  ])('fails, and prints the questions and the world, for a service that %s', async (_, answer) => {
    const checking = checkWorld(new PretendedService(answer), world, questions);
    await expect(checking).rejects.toThrow(
      /answers differ from the reference:\n\{"question":[\s\S]*The world:\n# imported as office/,
    );
  });

  test('fails where the batch and the single check name different rules', async () => {
    let calls = 0;
    const answer = (honest: Answer) => (honest.allowed ? { ...honest, rule: `rule-${calls++}` } : honest);
    await expect(checkWorld(new PretendedService(answer), world, questions)).rejects.toThrow(
      /the rule that the batch names/,
    );
  });

  test('fails where a line of the import is refused', async () => {
    const service = new PretendedService();
    const refusing: QuestionApi = {
      put: (path, body) => service.put(path, body),
      post: (path, body) =>
        path.endsWith('/import')
          ? Promise.resolve({ status: 200, headers: new Headers(), body: '{"refused":[{"line":1}]}' as never })
          : service.post(path, body),
    };
    await expect(checkWorld(refusing, world, questions)).rejects.toThrow(/Refused lines: \[[\s\S]*"line": 1/);
  });
});
