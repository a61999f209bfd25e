import fc from 'fast-check';
import { isId } from '#src/relations/vocabulary.js';
import { at } from './random.js';
import { dossierActions } from './reference.js';
import type { Question, World, WorldOffice } from './world.types.js';

/** What chance chooses of a question, without a world yet: so the two shrink apart. */
export interface QuestionRecipe {
  office: number;
  collaborator: Choice;
  dossier: Choice;
  /** Ask about two that some tuples join, ended or not: where the rules have most to say. */
  isLinked: boolean;
  action: string;
}

interface Choice {
  from: 'here' | 'elsewhere' | 'nowhere';
  number: number;
}

/** Actions that are none, near to those that are or magic words of a library. */
const unknownActions = ['OPEN', 'manage', 'all', 'open ', 'read', 'assign_client_groups'];

/** Any question of this world: of ids that are there, that are another office's, and that are nobody's. */
export function questions(world: World): fc.Arbitrary<Question> {
  return questionRecipes().map((recipe) => questionOf(world, recipe));
}

/** Any question's recipe; `questionOf` makes the question of it. */
export function questionRecipes(): fc.Arbitrary<QuestionRecipe> {
  const number = fc.noBias(fc.nat({ max: 9_999 }));
  const choice = fc.record({
    from: fc.constantFrom(...Array<'here'>(10).fill('here'), 'elsewhere' as const, 'nowhere' as const),
    number,
  });
  const action = fc.oneof(
    { weight: 15, arbitrary: fc.constantFrom(...dossierActions) },
    { weight: 4, arbitrary: fc.constant('open') },
    { weight: 1, arbitrary: fc.constantFrom(...unknownActions) },
  );
  return fc.record({ office: number, collaborator: choice, dossier: choice, isLinked: fc.boolean(), action });
}

/** The question of this recipe in this world. */
export function questionOf(world: World, recipe: QuestionRecipe): Question {
  const office = at(world.offices, recipe.office);
  const pairs = recipe.isLinked ? linkedPairs(office) : [];
  if (pairs.length > 0) {
    const pair = at(pairs, recipe.collaborator.number);
    return { office: office.id, collaborator: pair.collaborator, action: recipe.action, dossier: pair.dossier };
  }
  return {
    office: office.id,
    collaborator: chosen(recipe.collaborator, world, office, (one) => one.collaborators),
    action: recipe.action,
    dossier: chosen(recipe.dossier, world, office, (one) => one.dossiers),
  };
}

function chosen(
  choice: Choice,
  world: World,
  office: WorldOffice,
  list: (office: WorldOffice) => readonly { id: string }[],
): string {
  const here = list(office).map(({ id }) => id);
  const elsewhere = world.offices.flatMap((one) => list(one).map(({ id }) => id)).filter((id) => !here.includes(id));
  if (choice.from === 'here' && here.length > 0) return at(here, choice.number);
  if (choice.from === 'elsewhere' && elsewhere.length > 0) return at(elsewhere, choice.number);
  return at(strangeIds(here), choice.number);
}

/** Ids that nobody has, or that somebody has by the accident of a near spelling. */
function strangeIds(existing: readonly string[]): string[] {
  const near = existing.flatMap((id) => [
    id.toUpperCase(),
    id.toLowerCase(),
    `${id}:`,
    `${id}/`,
    `collaborator:${id}`,
    `dossier:${id}`,
  ]);
  return ['system', 'unknown', 'valueOf', ...near].filter(isId);
}

/** Collaborators and dossiers that tuples join over any number of steps, whether in force or not. */
function linkedPairs(office: WorldOffice): { collaborator: string; dossier: string }[] {
  const subjectsOf = (object: string, relation?: string): string[] =>
    office.tuples
      .filter((tuple) => tuple.object === object && (relation === undefined || tuple.relation === relation))
      .map((tuple) => tuple.subject);
  return office.dossiers.flatMap((dossier) => {
    const direct = subjectsOf(`dossier:${dossier.id}`);
    const inGroup = direct.filter((one) => one.startsWith('client_group:')).flatMap((group) => subjectsOf(group));
    const members = inGroup
      .filter((one) => one.startsWith('collaborator_group:'))
      .flatMap((group) => subjectsOf(group, 'member'));
    return [...new Set([...direct, ...inGroup, ...members])]
      .filter((one) => one.startsWith('collaborator:'))
      .map((one) => ({ collaborator: one.slice('collaborator:'.length), dossier: dossier.id }));
  });
}
