import type { FaceAnswer, NamedPath } from './face-answer.js';
import { dossierActions, mayDo, pathsOf, type Path } from './reference.js';
import { toNdjson } from './world.js';
import type { Question, World } from './world.types.js';

/** What an answer says, and what it should have said. */
interface Contradiction {
  face: FaceAnswer['face'];
  question: Question;
  expected: string;
  answer: unknown;
}

/**
 * Compares what the faces said with the reference and with each other: decisions, and the rules and paths where several
 * of them name some.
 *
 * @throws Error that names the first wrong answers and holds the world as import lines
 */
export function expectAgreement(world: World, answers: readonly FaceAnswer[]): void {
  const now = new Date();
  const found: Contradiction[] = [];
  for (const same of Map.groupBy(answers, ({ question }) => keyOf(question)).values()) {
    found.push(...contradictionsOf(world, same, now));
  }
  if (found.length === 0) return;
  const shown = found.slice(0, 10).map((one) => JSON.stringify(one));
  const offices = world.offices.map((office) => toNdjson(office, { withOffice: true }));
  throw new Error(
    `${found.length} answers contradict the reference or each other:\n${shown.join('\n')}\nThe world:\n${offices.join('')}`,
  );
}

/** @param same the answers of all faces to one question */
function contradictionsOf(world: World, same: readonly FaceAnswer[], now: Date): Contradiction[] {
  const question = (same[0] as FaceAnswer).question;
  const { office, collaborator, action, dossier } = question;
  const allowed = mayDo(world, office, collaborator, action, dossier, now);
  const paths = sorted(pathsOf(world, office, collaborator, action, dossier, now));
  const isUnknown = doesNotExist(world, question);
  const rule = same.find((one) => one.rule !== undefined)?.rule;
  const details = same.find((one) => one.paths !== undefined)?.paths;
  return same.flatMap((answer) => {
    const objections: [isSo: boolean, expected: string][] = [
      [answer.allowed === allowed, `allowed: ${allowed}`],
      [answer.rule === undefined || answer.rule === rule, `the rule that others name, ${rule}`],
      [answer.rule === undefined || !allowed || typeof answer.rule === 'string', 'the rule that allows'],
      [answer.rule === undefined || !isUnknown || answer.rule === null, 'no rule'],
      [answer.reason === undefined || !isUnknown || answer.reason === 'not_found', 'the reason not_found'],
      [answer.paths === undefined || sorted(answer.paths) === paths, `the paths ${paths}`],
      [answer.paths === undefined || detailed(answer.paths) === detailed(details ?? []), 'the tuples that others name'],
    ];
    return objections
      .filter(([isSo]) => !isSo)
      .map(([, expected]) => ({ face: answer.face, question, expected, answer: { ...answer, question: undefined } }));
  });
}

/**
 * Rules 15 and 32: what does not exist for the asker answers like what does not exist at all. `true` for an unknown
 * collaborator, action or dossier, and for a private dossier to someone whom no tuple of it names.
 */
function doesNotExist(world: World, question: Question): boolean {
  const office = world.offices.find(({ id }) => id === question.office);
  const dossier = office?.dossiers.find(({ id }) => id === question.dossier);
  if (office === undefined || dossier === undefined) return true;
  if (!dossierActions.some((one) => one === question.action)) return true;
  if (!office.collaborators.some(({ id }) => id === question.collaborator)) return true;
  const [object, subject] = [`dossier:${dossier.id}`, `collaborator:${question.collaborator}`];
  return dossier.private && !office.tuples.some((one) => one.object === object && one.subject === subject);
}

function keyOf({ office, collaborator, action, dossier }: Question): string {
  return JSON.stringify([office, collaborator, action, dossier]);
}

/** The names of the paths, without what only the service knows of them. */
function sorted(paths: readonly Path[]): string {
  const names = paths.map(({ kind, clientGroup = null, collaboratorGroup = null }) =>
    JSON.stringify([kind, clientGroup, collaboratorGroup]),
  );
  return names.sort().join(' ');
}

function detailed(paths: readonly NamedPath[]): string {
  return paths
    .map((path) => JSON.stringify(path))
    .sort()
    .join(' ');
}
