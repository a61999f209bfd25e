import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Api } from './support/api.js';
import { expectAgreement } from './support/contradictions.js';
import type { FaceAnswer } from './support/face-answer.js';
import { importWorld } from './support/import-world.js';
import { questionOf, questionRecipes } from './support/questions.js';
import { dossierActions, mayDo, pathsOf } from './support/reference.js';
import { seededWorld } from './support/world.js';
import type { Question } from './support/world.types.js';

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

const may = ({ office, collaborator, action, dossier }: Question, at = new Date()) =>
  mayDo(world, office, collaborator, action, dossier, at);

/** What three faces of a service that keeps the rules would say. */
function honest(question: Question): FaceAnswer[] {
  const { office, collaborator, action, dossier } = question;
  const allowed = may(question);
  const paths = pathsOf(world, office, collaborator, action, dossier, new Date()).map((path) => ({
    ...path,
    tuples: ['a tuple'],
  }));
  const words = allowed ? { rule: 'some-rule', reason: 'some reason' } : { rule: null, reason: 'not_found' };
  return [
    { face: 'can-access', question, allowed, ...words },
    { face: 'filter', question, allowed },
    { face: 'explain', question, allowed, ...words, paths },
    { face: 'audience', question, allowed, paths },
  ];
}

/** Lets one face say something else. */
function spoilt(face: FaceAnswer['face'], spoil: (answer: FaceAnswer) => Partial<FaceAnswer>): FaceAnswer[] {
  return questions.flatMap(honest).map((one) => (one.face === face ? { ...one, ...spoil(one) } : one));
}

describe('the comparison of faces', () => {
  test('passes a service that answers by the rules', () => {
    expect(questions.filter((question) => may(question)).length).toBeGreaterThan(50);
    expect(() => expectAgreement(world, questions.flatMap(honest))).not.toThrow();
  });

  test.each<[string, FaceAnswer['face'], (answer: FaceAnswer) => Partial<FaceAnswer>]>([
    [
      'takes the rights that the same ids have in another office',
      'filter',
      ({ question }) => ({ allowed: world.offices.some(({ id }) => may({ ...question, office: id })) }),
    ],
    ['does not see that tuples have ended', 'filter', ({ question }) => ({ allowed: may(question, new Date(0)) })],
    ['refuses all', 'can-access', () => ({ allowed: false })],
    ['allows all', 'can-access', () => ({ allowed: true })],
    ['names no rule where it allows', 'can-access', () => ({ rule: null })],
    ['names another rule than others do', 'explain', ({ allowed }) => ({ rule: allowed ? 'another' : null })],
    [
      'names a rule for what does not exist',
      'can-access',
      ({ question, rule = null }) => ({
        rule: dossierActions.some((one) => one === question.action) ? rule : 'a-rule',
      }),
    ],
    [
      'gives away what does not exist by its reason',
      'can-access',
      ({ question, reason = '' }) => ({ reason: question.dossier === 'unknown' ? 'no such dossier' : reason }),
    ],
    ['leaves out a path', 'explain', ({ paths = [] }) => ({ paths: paths.slice(1) })],
    ['names a path twice', 'audience', ({ paths = [] }) => ({ paths: [...paths, ...paths] })],
    [
      'names other tuples of a path than others do',
      'audience',
      ({ paths = [] }) => ({ paths: paths.map((path) => ({ ...path, tuples: ['another'] })) }),
    ],
  ])('fails, and prints the questions and the world, where one %s', (_, face, spoil) => {
    expect(() => expectAgreement(world, spoilt(face, spoil))).toThrow(
      /^\d+ answers contradict the reference or each other:\n\{"face":[\s\S]*The world:\n\{"kind":"office"/,
    );
  });
});

describe('the import of a world', () => {
  const answer = (status: number, body: string) => Promise.resolve({ status, headers: new Headers(), body } as never);
  const api = (imported: string): Pick<Api, 'put' | 'post'> => ({
    put: () => answer(201, ''),
    post: () => answer(200, imported),
  });

  test('leads from the ids of the world to others each time', async () => {
    const [first, second] = [
      await importWorld(api('{"refused":[]}'), world),
      await importWorld(api('{"refused":[]}'), world),
    ];
    expect(new Set([...first.values(), ...second.values()]).size).toBe(2 * world.offices.length);
  });

  test('fails where a line is refused, or where the answer does not end', async () => {
    await expect(importWorld(api('{"refused":[{"line":1}]}'), world)).rejects.toThrow(
      /Refused lines: \[[\s\S]*"line": 1/,
    );
    await expect(importWorld(api('{"kind":"progress"}\n'), world)).rejects.toThrow(/did not end well/);
  });
});
