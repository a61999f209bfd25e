import { anId } from '#test/factories/unique.js';
import { officePath, type Api, type ApiResponse } from './api.js';
import { dossierActions, mayDo } from './reference.js';
import { toNdjson } from './world.js';
import type { Question, World } from './world.types.js';

/** The part of the client that a world needs. */
export type QuestionApi = Pick<Api, 'put' | 'post'>;

interface Answer {
  allowed: boolean;
  rule: string | null;
  reason?: unknown;
}

/** One answer of the service that the reference contradicts. */
interface Mismatch {
  question: Question;
  through: 'can-access' | 'can-access/batch';
  expected: string;
  answer: unknown;
}

/** How many single questions are under way at once. */
const concurrency = 16;
/** The contract's bound on one batch. */
const batchSizeMax = 10_000;

/** Shuffles the lines of each import in another way. */
let worldsImported = 0;

/**
 * Imports the world through the API, asks every question once through `can-access` and once through the batch, and
 * compares the answers with the reference. Throws an error that names the first wrong answers and holds the world as
 * import lines; resolves to how many questions were allowed.
 */
export async function checkWorld(api: QuestionApi, world: World, questions: readonly Question[]): Promise<number> {
  const ids = await importWorld(api, world);
  const mismatches: Mismatch[] = [];
  for (const { id } of world.offices) {
    const ofOffice = questions.filter((question) => question.office === id);
    const office = ids.get(id) as string;
    const batch = await askBatch(api, office, ofOffice);
    const single = await askSingly(api, office, ofOffice);
    ofOffice.forEach((question, index) => {
      const compare = (through: Mismatch['through'], answer: Answer | undefined) => {
        const expected = objectionTo(world, question, answer, through === 'can-access');
        if (expected !== undefined) mismatches.push({ question, through, expected, answer });
      };
      compare('can-access/batch', batch[index]);
      compare('can-access', single[index]);
      if (batch[index]?.rule !== single[index]?.rule) {
        const expected = `the rule that the batch names, ${batch[index]?.rule}`;
        mismatches.push({ question, through: 'can-access', expected, answer: single[index] });
      }
    });
  }
  if (mismatches.length > 0) throw new Error(describe(world, mismatches, ids));
  const now = new Date();
  return questions.filter((one) => mayDo(world, one.office, one.collaborator, one.action, one.dossier, now)).length;
}

/**
 * Makes the offices under ids of their own and sends their lines: a world that is asked again, to shrink it, must not
 * meet its last self. The map leads from a world's id to the real one.
 */
export async function importWorld(api: QuestionApi, world: World): Promise<ReadonlyMap<string, string>> {
  worldsImported++;
  const ids = new Map(world.offices.map(({ id }) => [id, anId(id)]));
  for (const office of world.offices) {
    const { name, email, language, settings } = office;
    const id = ids.get(office.id) as string;
    const made = await api.put(officePath(id), { name, email, language, settings });
    if (made.status !== 200 && made.status !== 201) throw new Error(`PUT of the office: ${show(made)}`);
    const lines = toNdjson(office, { seed: worldsImported });
    const sent = await api.post(officePath(id, 'import'), lines, { 'content-type': 'application/x-ndjson' });
    const refused = refusedLines(sent);
    if (refused === undefined) throw new Error(`The import did not end well: ${show(sent)}`);
    if (refused.length > 0) throw new Error(`Refused lines: ${JSON.stringify(refused, null, 1)}\nof\n${lines}`);
  }
  return ids;
}

/** The refused lines that the last line of the streamed answer counts up; `undefined` where there is no such line. */
function refusedLines(response: ApiResponse): unknown[] | undefined {
  if (response.status !== 200) return undefined;
  const { body } = response;
  const last: unknown = typeof body === 'string' ? JSON.parse(body.trimEnd().split('\n').at(-1) || 'null') : body;
  if (typeof last !== 'object' || last === null || !('refused' in last)) return undefined;
  return Array.isArray(last.refused) ? last.refused : undefined;
}

async function askBatch(api: QuestionApi, office: string, questions: readonly Question[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let from = 0; from < questions.length; from += batchSizeMax) {
    const checks = questions.slice(from, from + batchSizeMax).map(checkOf);
    const response = await api.post<{ results: Answer[] }>(officePath(office, 'can-access', 'batch'), { checks });
    if (response.status !== 200 || response.body.results.length !== checks.length) {
      throw new Error(`A batch of ${checks.length}: ${show(response)}`);
    }
    answers.push(...response.body.results);
  }
  return answers;
}

async function askSingly(api: QuestionApi, office: string, questions: readonly Question[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  const waiting = [...questions.entries()];
  const askOn = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, question] = next;
      const response = await api.post<Answer>(officePath(office, 'can-access'), checkOf(question));
      if (response.status !== 200) throw new Error(`${JSON.stringify(question)}: ${show(response)}`);
      answers[index] = response.body;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, askOn));
  return answers;
}

/** `open` is what is asked where no action is given, so it is left out. */
function checkOf({ collaborator, dossier, action }: Question) {
  return action === 'open' ? { collaborator, dossier } : { collaborator, dossier, action };
}

/** What should have been answered, or `undefined` where the answer is right. */
function objectionTo(
  world: World,
  { office, collaborator, action, dossier }: Question,
  answer: Answer | undefined,
  isSingle: boolean,
): string | undefined {
  const allowed = mayDo(world, office, collaborator, action, dossier, new Date());
  if (answer?.allowed !== allowed) return `allowed: ${allowed}`;
  if (allowed) return typeof answer.rule === 'string' ? undefined : 'the rule that allows';
  // Rules 15 and 32: what does not exist for the asker answers like what does not exist at all.
  if (!doesNotExist(world, { office, collaborator, action, dossier })) return undefined;
  if (answer.rule !== null) return 'no rule';
  return isSingle && answer.reason !== 'not_found' ? 'the reason not_found' : undefined;
}

/** `true` for an unknown collaborator, action or dossier, and for a private dossier to someone whom no tuple of it names. */
function doesNotExist(world: World, question: Question): boolean {
  const office = world.offices.find(({ id }) => id === question.office);
  const dossier = office?.dossiers.find(({ id }) => id === question.dossier);
  if (office === undefined || dossier === undefined) return true;
  if (!dossierActions.some((one) => one === question.action)) return true;
  if (!office.collaborators.some(({ id }) => id === question.collaborator)) return true;
  const [object, subject] = [`dossier:${dossier.id}`, `collaborator:${question.collaborator}`];
  return dossier.private && !office.tuples.some((one) => one.object === object && one.subject === subject);
}

function describe(world: World, mismatches: readonly Mismatch[], ids: ReadonlyMap<string, string>): string {
  const shown = mismatches.slice(0, 10).map((one) => JSON.stringify(one));
  const offices = world.offices.map(
    (office) => `# imported as ${ids.get(office.id)}\n${toNdjson(office, { withOffice: true })}`,
  );
  return `${mismatches.length} answers differ from the reference:\n${shown.join('\n')}\nThe world:\n${offices.join('')}`;
}

function show({ status, body }: ApiResponse): string {
  return `${status} ${typeof body === 'string' ? body : JSON.stringify(body)}`.slice(0, 4_000);
}
