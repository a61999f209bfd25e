import { problem, type ProblemError } from '#src/platform/errors.js';
import { formatEnterpriseNumber } from '#src/relations/enterprise-number.js';
import type { Tuple, TupleInput } from '#src/relations/tuples.js';
import type { CollaboratorStatus } from '#src/relations/vocabulary.js';
import type { DossierFields } from '#src/admin/dossier-fields.js';
import type { DossierLineFields } from './record.js';

/** Everything that an import says about one dossier. A line of a list has both fields and tuples. */
export interface DossierUnit {
  id: string;
  fields: readonly { line: number; given: DossierLineFields; isListed: boolean }[];
  tuples: readonly { line: number; tuple: TupleInput }[];
}

/** What must be known of the office to tell whether lines about dossiers can be applied. */
export interface DossierSurroundings {
  existing: ReadonlyMap<string, DossierFields>;
  /** The tuples of the dossiers that exist, oldest first. */
  tuples: ReadonlyMap<string, readonly Tuple[]>;
  collaborators: ReadonlyMap<string, CollaboratorStatus>;
  clientGroups: ReadonlyMap<string, unknown>;
  /** Which dossier has which enterprise number, in this office or in this chunk so far. */
  numbers: Map<string, string>;
  /** Dossiers that exist, but not for the one who imports (rule 15). */
  hidden: ReadonlySet<string>;
}

/** What can be applied of a unit, and which of its lines cannot and why. */
export interface SettledDossier {
  id: string;
  before: DossierFields | undefined;
  /** `undefined` where there is no such dossier and the lines make none. */
  after: DossierFields | undefined;
  tuples: TupleInput[];
  refused: Map<number, ProblemError>;
}

/**
 * Finds out what can be applied of the lines about one dossier. A refused line can be the ground that another one stood
 * on, so this looks again without it until nothing more is refused.
 */
export function settleDossier(unit: DossierUnit, office: DossierSurroundings): SettledDossier {
  const refused = new Map<number, ProblemError>();
  for (;;) {
    const known = refused.size;
    const settled = look(unit, office, refused);
    if (refused.size > known) continue;
    if (settled.after?.enterpriseNumber) office.numbers.set(settled.after.enterpriseNumber, unit.id);
    return settled;
  }
}

function look(unit: DossierUnit, office: DossierSurroundings, refused: Map<number, ProblemError>): SettledDossier {
  const before = office.existing.get(unit.id);
  let after = before;
  for (const line of unit.fields) {
    if (refused.has(line.line)) continue;
    const next = merge(after, line);
    const fault = office.hidden.has(unit.id) ? unknown('dossier', unit.id) : faultOf(unit.id, next, before, office);
    if (fault) refused.set(line.line, fault);
    else after = next as DossierFields;
  }
  const tuples: TupleInput[] = [];
  const of = { unit, office, after, taken: {} };
  for (const { line, tuple } of unit.tuples) {
    if (refused.has(line)) continue;
    const fault = tupleFault(of, tuple);
    if (fault) refused.set(line, fault);
    else tuples.push(tuple);
  }
  if (after?.private && !hasLastingManager(unit.id, tuples, office)) refuseOrphaning(unit, before, refused);
  return { id: unit.id, before, after, tuples, refused };
}

/** Every member in one order, so that equal dossiers are equal texts. */
function merge(fields: DossierFields | undefined, { given, isListed }: DossierUnit['fields'][number]) {
  const all: DossierLineFields = { ...fields, ...given };
  return {
    name: all.name,
    code: all.code ?? null,
    enterpriseNumber: all.enterpriseNumber ?? null,
    labels: all.labels ?? [],
    private: all.private ?? false,
    language: all.language ?? null,
    email: all.email ?? null,
    // Whoever sends a list has these clients; a dossier that was made here before keeps what it is.
    status: all.status ?? (isListed ? 'active' : 'draft'),
  };
}

function faultOf(
  id: string,
  next: Partial<DossierFields>,
  before: DossierFields | undefined,
  office: DossierSurroundings,
): ProblemError | undefined {
  if (next.name === undefined) {
    return problem('invalid_request', {}, { errors: [{ path: 'name', message: 'a new dossier needs one' }] });
  }
  if (before && before.status !== 'draft' && next.status === 'draft') {
    return problem('invalid_transition', { from: before.status, to: 'draft' });
  }
  const number = next.enterpriseNumber;
  const holder = number ? (office.numbers.get(number) ?? id) : id;
  if (!number || holder === id) return undefined;
  return problem('enterprise_number_taken', { enterpriseNumber: formatEnterpriseNumber(number) });
}

interface TupleSearch {
  unit: DossierUnit;
  office: DossierSurroundings;
  after: DossierFields | undefined;
  /** What an earlier line has settled. */
  taken: { clientGroup?: string; primary?: string };
}

function tupleFault({ unit, office, after, taken }: TupleSearch, tuple: TupleInput): ProblemError | undefined {
  if (!after || office.hidden.has(unit.id)) return unknown('dossier', unit.id);
  const { relation, subjectType, subjectId } = tuple;
  const subjects = subjectType === 'client_group' ? office.clientGroups : office.collaborators;
  if (!subjects.has(subjectId)) return unknown(subjectType, subjectId);
  if (relation === 'client_group') {
    // Rule 14; an inactive dossier keeps its membership, a draft never had one.
    if (after.status === 'draft') return problem('dossier_not_active', { dossier: unit.id });
    if ((taken.clientGroup ??= subjectId) !== subjectId) return problem('one_client_group', { dossier: unit.id });
  }
  if (tuple.primary && (taken.primary ??= subjectId) !== subjectId) {
    return problem('one_primary_manager', { dossier: unit.id });
  }
  return undefined;
}

/** Rule 15: a manager who is active now and whose tuple has no end. */
function hasLastingManager(id: string, tuples: readonly TupleInput[], office: DossierSurroundings): boolean {
  const ends = new Map<string, string | null>();
  for (const tuple of [...(office.tuples.get(id) ?? []), ...tuples]) {
    if (tuple.relation === 'manager') ends.set(tuple.subjectId, tuple.expiresAt ?? null);
  }
  return [...ends].some(([manager, end]) => end === null && office.collaborators.get(manager) === 'active');
}

/** The lines to blame: those that make the dossier private, or where it was, those that give its managers an end. */
function refuseOrphaning(
  unit: DossierUnit,
  before: DossierFields | undefined,
  refused: Map<number, ProblemError>,
): void {
  const blamed = before?.private
    ? unit.tuples.filter(({ tuple }) => tuple.relation === 'manager' && tuple.expiresAt)
    : unit.fields.filter(({ given }) => given.private);
  for (const { line } of blamed) {
    if (!refused.has(line)) refused.set(line, problem('private_needs_manager', { dossier: unit.id }));
  }
}

function unknown(type: string, id: string): ProblemError {
  return problem('unknown_reference', { type, id });
}
