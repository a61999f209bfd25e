import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Api } from '#test/support/api.js';
import { expectAgreement } from '#test/support/contradictions.js';
import { Faces } from '#test/support/faces.js';
import { importWorld } from '#test/support/import-world.js';
import { questionOf, questionRecipes, type QuestionRecipe } from '#test/support/questions.js';
import { endTuples } from '#test/support/raw-sql.js';
import { dossierActions } from '#test/support/reference.js';
import { theService } from '#test/support/service.js';
import { changeOffice, changeRecipes, type ChangeRecipe } from '#test/support/world-changes.js';
import { kindsOf, questionKinds, type QuestionKind } from '#test/support/world-variety.js';
import { seededWorld, worlds } from '#test/support/world.js';
import type { Question, World, WorldOffice } from '#test/support/world.types.js';

const worldCount = 9;
const changesPerOffice = 6;
const strangeQuestions = 40;
/** So many questions of every kind must have been asked: the first world has more. */
const leastOfAKind = 5;
/** Set `PROPERTY_SEED` to another number to have other worlds, questions and changes. */
const seed = Number(process.env.PROPERTY_SEED ?? 20_260_601);
/** A world of this number that has something of every kind; what chance finds comes after it. */
const richWorld = seededWorld(352, {
  offices: 1,
  collaborators: 8,
  collaboratorGroups: 2,
  clientGroups: 2,
  dossiers: 9,
  links: 45,
});
/** The ends of tuples are moved this far ahead: time enough to ask before they come. */
const untilEndsMs = 1_000;

const { url, key, database } = theService();
const api = new Api(url, key);

/** What was asked, and how often each kind of it. */
const asked = { questions: 0, changes: 0, kinds: new Map<QuestionKind, number>() };

/** Each collaborator, action and dossier of the office, and some questions about what it does not have. */
function questionsAbout(world: World, office: WorldOffice, strange: readonly QuestionRecipe[]): Question[] {
  const all = office.collaborators.flatMap((collaborator) =>
    office.dossiers.flatMap((dossier) =>
      dossierActions.map((action) => ({
        office: office.id,
        collaborator: collaborator.id,
        action,
        dossier: dossier.id,
      })),
    ),
  );
  const others = strange.map((recipe) => questionOf(world, recipe)).filter((question) => question.office === office.id);
  return [...new Map([...all, ...others].map((question) => [JSON.stringify(question), question])).values()];
}

function tally(world: World, questions: readonly Question[]): void {
  const now = new Date();
  asked.questions += questions.length;
  for (const kind of questions.flatMap((question) => kindsOf(world, question, now))) {
    asked.kinds.set(kind, (asked.kinds.get(kind) ?? 0) + 1);
  }
}

/** Asks every face, those with caches twice: as they are, and once everything is in them. */
async function expectAgreementOfAll(world: World, ids: ReadonlyMap<string, string>, strange: QuestionRecipe[]) {
  for (const [index, office] of world.offices.entries()) {
    const questions = questionsAbout(world, office, strange);
    const faces = new Faces(api, ids.get(office.id) as string, office);
    // Another one comes first from world to world and from change to change, and finds the caches empty.
    const first = office.tuples.length + index;
    expectAgreement(world, [...(await faces.checks(questions, first)), ...(await faces.others(questions))]);
    expectAgreement(world, await faces.checks(questions, first + 1));
    tally(world, questions);
  }
}

async function changed(world: World, ids: ReadonlyMap<string, string>, recipes: ChangeRecipe[]): Promise<World> {
  const offices: WorldOffice[] = [];
  for (const [index, office] of world.offices.entries()) {
    let now = office;
    for (const recipe of recipes.slice(index * changesPerOffice, (index + 1) * changesPerOffice)) {
      const next = await changeOffice(api, ids.get(office.id) as string, now, recipe);
      if (next !== now) asked.changes++;
      now = next;
    }
    offices.push(now);
  }
  return { offices };
}

/** Moves every end that is to come, has the caches filled with what ends, and waits until it has. */
async function ended(world: World, ids: ReadonlyMap<string, string>): Promise<World> {
  const endsAtMs = Date.now() + untilEndsMs;
  const expiresAt = new Date(endsAtMs).toISOString();
  const now = new Date();
  for (const id of ids.values()) await endTuples(database, id, expiresAt);
  for (const office of world.offices) {
    const batch = questionsAbout(world, office, []);
    await new Faces(api, ids.get(office.id) as string, office).checks(batch, 1);
  }
  // PostgreSQL runs on the same clock.
  while (Date.now() < endsAtMs) await sleep(endsAtMs - Date.now());
  return {
    offices: world.offices.map((office) => ({
      ...office,
      tuples: office.tuples.map((one) =>
        one.expiresAt !== undefined && now.getTime() < Date.parse(one.expiresAt) ? { ...one, expiresAt } : one,
      ),
    })),
  };
}

// How it was seen to fail: with exclusions or ends left out of the SQL of lists, with the end of a cached entry not looked
// at, with a batch that ignores the action, with an audience that ignores what is private, with denies left out of the
// export, with entries of dossiers that depend on no key, with dormant memberships among the paths, with defaults of AuthZEN's
// batch that beat its items, with a page of a search that is taken for the last, and with one that begins with the last result
// of the page before.
describe('single check, batch, filter, explanation, audience, list, exported ability, review, and AuthZEN with its searches', () => {
  test('agree with each other and with the naive reference about everyone, every action and every dossier: cold, cached, after changes, and once tuples have ended', async () => {
    const some = <T>(one: fc.Arbitrary<T>, length: number) => fc.array(one, { minLength: length, maxLength: length });
    const property = fc.asyncProperty(
      worlds({ offices: 2, collaborators: 6, collaboratorGroups: 2, clientGroups: 2, dossiers: 6 }),
      some(questionRecipes(), strangeQuestions),
      some(changeRecipes(), 2 * changesPerOffice),
      async (world, strange, changes) => {
        const ids = await importWorld(api, world);
        await expectAgreementOfAll(world, ids, strange);
        const then = await changed(world, ids, changes);
        await expectAgreementOfAll(then, ids, strange);
        await expectAgreementOfAll(await ended(then, ids), ids, strange);
      },
    );
    // On a failure fast-check prints the seed and the path to the smallest world it found in the time.
    const limits = { interruptAfterTimeLimit: 240_000, markInterruptAsFailure: true };
    await fc.assert(property, { seed, numRuns: worldCount, examples: [[richWorld, [], []]], ...limits });
    // Worlds that have none of something, and changes that are all refused, would prove nothing about it.
    expect(questionKinds.filter((kind) => (asked.kinds.get(kind) ?? 0) < leastOfAKind)).toEqual([]);
    expect(asked.changes).toBeGreaterThan(30);
  }, 300_000);
});
