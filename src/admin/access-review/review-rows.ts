import { setImmediate } from 'node:timers/promises';
import type { Ability } from '#src/ability/ability.js';
import type { AbilityService } from '#src/ability/ability.service.js';
import { decide } from '#src/ability/decide.js';
import { PathDetails, type AccessPath } from '#src/ability/paths.js';
import type { Accesses } from '#src/audit/accesses.js';
import { allOf, numbered, rows } from '#src/platform/sql.js';
import type { AccessFacts, DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import { allowedDossiers } from '#src/admin/allowed-dossiers.js';
import { filterSql } from '#src/admin/dossier-filter.js';
import { dossierFilterSchema } from '#src/admin/monitor.schema.js';
import type { OfficeView } from '#src/admin/office-reader.js';
import type { ReviewFilter } from './review.schema.js';

interface Person {
  id: string;
  name: string;
  email: string;
  profile: string;
}

interface NamedDossier {
  id: string;
  name: string;
  code: string | null;
}

/** One way by which one collaborator may do something with one dossier. */
export interface ReviewRow {
  collaborator: Person;
  dossier: NamedDossier;
  /** `null` where a rule allows it without any path. */
  path: AccessPath | null;
  /** What this way is good for, in the order of the policy. */
  actions: string[];
  /** When the collaborator was last let open the dossier, as far as the log of decisions knows. */
  lastOpened: string | null;
}

/** Dossiers are read so many at a time. */
const pageSize = 200;

/**
 * Every way by which someone may do `filter.action`, in the order of dossiers and people: the engine's own decisions,
 * all of them about the snapshot of `view`. A page of dossiers is held at a time, and the people of the office.
 * Dossiers that the asker may not open do not exist in it (rule 15); for the office's own system all of them do.
 *
 * What ends while the rows are written is left out from then on: the clock goes on, the snapshot does not.
 */
export async function* reviewRows(
  view: OfficeView,
  abilities: AbilityService,
  filter: ReviewFilter,
  accesses: Accesses,
): AsyncGenerator<ReviewRow[]> {
  const people = await readPeople(view, filter);
  const ids = people.map(({ id }) => id);
  const office = await abilities.factsIn(view.em, view.office.id, ids, []);
  const subjects = people.flatMap((person) => {
    const subject = office.subjects.get(person.id);
    return subject ? [{ person, subject, ability: abilityOf(abilities, office, subject) }] : [];
  });
  const actions = abilities.actionsOf('dossier', office.policySet);
  for (let page = await readDossiers(view, filter, ''); page.length > 0;) {
    const pageIds = page.map(({ id }) => id);
    const { dossiers } = await abilities.factsIn(view.em, view.office.id, [], pageIds);
    const openings = await accesses.lastOpened(view.em, view.office.id, pageIds);
    const details = await PathDetails.load(view.store, [...dossiers.values()]);
    for (const dossier of page) {
      const facts = dossiers.get(dossier.id);
      const lastOpened = openings.get(dossier.id);
      if (facts) {
        yield subjects.flatMap((one) =>
          waysOf(one, dossier, facts, details, filter.action, actions).map((way) => ({
            ...way,
            lastOpened: lastOpened?.get(one.person.id) ?? null,
          })),
        );
      }
      // Other requests have their turn: an office may have a thousand people.
      await setImmediate();
    }
    page = page.length < pageSize ? [] : await readDossiers(view, filter, page.at(-1)?.id ?? '');
  }
}

interface Subject {
  person: Person;
  subject: SubjectFacts;
  ability: Ability;
}

function abilityOf(abilities: AbilityService, { settings, policySet }: AccessFacts, subject: SubjectFacts): Ability {
  return abilities.abilityOf('dossier', { subject, settings, policySet });
}

function waysOf(
  { person, subject, ability }: Subject,
  dossier: NamedDossier,
  facts: DossierFacts,
  details: PathDetails,
  wanted: string,
  actions: readonly string[],
): Omit<ReviewRow, 'lastOpened'>[] {
  const decision = decide(ability, wanted, facts);
  if (!decision.allowed) return [];
  const all = actions.map((action) => ({ action, ...decide(ability, action, facts) }));
  const row = { collaborator: person, dossier };
  if (decision.paths.length === 0) {
    const pathless = all.filter(({ allowed, paths }) => allowed && paths.length === 0);
    return [{ ...row, path: null, actions: pathless.map(({ action }) => action) }];
  }
  return details.pathsOf(subject, facts, decision.paths).map((path) => ({
    ...row,
    path,
    actions: all.filter(({ paths }) => paths.includes(path.kind)).map(({ action }) => action),
  }));
}

function readPeople({ em, office }: OfficeView, { collaborator }: ReviewFilter): Promise<Person[]> {
  return rows<Person>(
    em,
    `select id, coalesce(nullif(btrim(first_name || ' ' || last_name), ''), email) as name, email, profile
       from collaborator
      where office = $1 and status = 'active' and (cardinality($2::text[]) = 0 or id = any ($2)) order by id`,
    [office.id, collaborator],
  );
}

function readDossiers(
  { em, office, guard, showsAll }: OfficeView,
  { clientGroup, dossier }: ReviewFilter,
  after: string,
): Promise<NamedDossier[]> {
  const conditions = [filterSql(guard, dossierFilterSchema.parse({ clientGroup }))];
  if (!showsAll) conditions.push(allowedDossiers(guard));
  if (dossier.length > 0) conditions.push({ sql: 'd.id = any(?)', params: [dossier] });
  const where = allOf(conditions);
  return rows<NamedDossier>(
    em,
    numbered(`select d.id, d.name, d.code from dossier d
               where d.office = ? and d.id > ? and ${where.sql} order by d.id limit ?`),
    [office.id, after, ...where.params, pageSize],
  );
}
