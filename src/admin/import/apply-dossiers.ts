import { isSystem } from '#src/ability/actor.js';
import type { ProblemError } from '#src/platform/errors.js';
import { rows } from '#src/platform/sql.js';
import type { TupleInput } from '#src/relations/tuples.js';
import type { CollaboratorStatus } from '#src/relations/vocabulary.js';
import type { DossierFields } from '#src/admin/dossier-fields.js';
import { changeTuples } from '#src/admin/tuple-changes.js';
import { dossierFactsOf, type TupleState } from '#src/admin/tuple-state.js';
import type { Write } from '#src/admin/write.js';
import type { Unit } from './chunks.js';
import { readUnits } from './listed-names.js';
import { settleDossier, type DossierUnit, type SettledDossier } from './settle-dossier.js';
import type { ChunkReport } from './report.js';

/**
 * Makes and updates dossiers, each together with everyone who has to do with it, in a fixed number of statements for
 * thousands of them (rules 2, 12, 14, 15, 19 and 26).
 */
export async function applyDossiers(write: Write, units: readonly Unit[], report: ChunkReport): Promise<void> {
  const read = await readUnits(write, units, report);
  const existing = await load(
    write,
    read.map(({ id }) => id),
  );
  const state = await readState(write, read, existing);
  const hidden = isSystem(write.actor) ? new Set<string>() : hiddenFrom(write, state);
  const numbers = await holdersOf(write, read);
  const { ofDossier: tuples, collaborators, clientGroups } = state;
  const office = { existing, tuples, collaborators, clientGroups, numbers, hidden };
  const settled = read.map((unit) => settleDossier(unit, office));

  await store(write, settled);
  for (const { id, after } of settled) if (after) state.dossiers.set(id, { id, ...after });
  const add = settled.flatMap(({ tuples }) => tuples);
  await changeTuples(write, { add }, { authorize: false, restoring: true, state });
  reportOn(read, settled, report);
}

async function load(write: Write, ids: readonly string[]): Promise<Map<string, DossierFields>> {
  const found = await rows<DossierFields & { id: string }>(
    write.em,
    `select id, name, code, enterprise_number "enterpriseNumber", labels, private, language, email, status
       from dossier where office = $1 and id = any ($2)`,
    [write.office.id, ids],
  );
  return new Map(found.map(({ id, ...fields }) => [id, fields]));
}

/** Only what the tuples of dossiers can name; dossiers that are new have no tuples to read. */
async function readState(
  write: Write,
  units: readonly DossierUnit[],
  existing: ReadonlyMap<string, DossierFields>,
): Promise<TupleState> {
  const ofDossier = Map.groupBy(await write.store.tuplesOf('dossier', [...existing.keys()]), (t) => t.objectId);
  const named = (type: string, tuples: Iterable<TupleInput>) => [
    ...new Set([...tuples].filter((t) => t.subjectType === type).map((t) => t.subjectId)),
  ];
  const tuples = [...units.flatMap((unit) => unit.tuples.map(({ tuple }) => tuple)), ...[...ofDossier.values()].flat()];
  const collaborators = await rows<{ id: string; status: CollaboratorStatus }>(
    write.em,
    'select id, status from collaborator where office = $1 and id = any ($2)',
    [write.office.id, named('collaborator', tuples)],
  );
  const groups = await rows<{ id: string; name: string }>(
    write.em,
    'select id, name from client_group where office = $1 and id = any ($2)',
    [write.office.id, named('client_group', tuples)],
  );
  return {
    dossiers: new Map([...existing].map(([id, fields]) => [id, { id, ...fields }])),
    collaborators: new Map(collaborators.map(({ id, status }) => [id, status])),
    clientGroups: new Map(groups.map(({ id, name }) => [id, name])),
    collaboratorGroups: new Map(),
    ofDossier,
    existing: new Map(),
  };
}

/** An import is no way to a private dossier that does not exist for the one who imports (rule 15). */
function hiddenFrom(write: Write, state: TupleState): Set<string> {
  const ids = [...state.dossiers.keys()];
  return new Set(ids.filter((id) => !write.guard.seesDossier({ ...dossierFactsOf(state, id) })));
}

/** Rule 26: which dossiers have the numbers that these lines give. */
async function holdersOf(write: Write, units: readonly DossierUnit[]): Promise<Map<string, string>> {
  const wanted = units.flatMap(({ fields }) => fields.flatMap(({ given }) => given.enterpriseNumber ?? []));
  if (wanted.length === 0) return new Map();
  const found = await rows<{ id: string; number: string }>(
    write.em,
    'select id, enterprise_number number from dossier where office = $1 and enterprise_number = any ($2)',
    [write.office.id, wanted],
  );
  return new Map(found.map(({ id, number }) => [number, id]));
}

async function store(write: Write, settled: readonly SettledDossier[]): Promise<void> {
  const changed: (DossierFields & { id: string })[] = [];
  for (const { id, before, after } of settled) {
    if (!after || (before && JSON.stringify(before) === JSON.stringify(after))) continue;
    changed.push({ id, ...after });
    write.recordEntity(`dossier:${id}`, before ? 'update' : 'create', before ? { ...before } : null, { ...after });
  }
  if (changed.length === 0) return;
  await rows(
    write.em,
    `insert into dossier (office, id, name, code, enterprise_number, labels, private, language, email, status, version)
     select $1, d.id, d.name, d.code, d."enterpriseNumber", d.labels, d.private, d.language, d.email, d.status, $3
       from jsonb_to_recordset($2::jsonb) as d (id text, name text, code text, "enterpriseNumber" text, labels text[],
            private boolean, language text, email text, status text)
         on conflict (office, id) do update set name = excluded.name, code = excluded.code,
            enterprise_number = excluded.enterprise_number, labels = excluded.labels, private = excluded.private,
            language = excluded.language, email = excluded.email, status = excluded.status, version = excluded.version`,
    [write.office.id, JSON.stringify(changed), write.revision],
  );
}

/** A line of a list counts as one, and brings tuples that count beside it. */
function reportOn(units: readonly DossierUnit[], settled: readonly SettledDossier[], report: ChunkReport): void {
  units.forEach(({ fields, tuples }, index) => {
    const refused = settled[index]?.refused ?? new Map<number, ProblemError>();
    for (const [line, error] of refused) report.refuse(line, error);
    const listed = new Set(fields.filter(({ isListed }) => isListed).map(({ line }) => line));
    for (const { line } of fields) if (!refused.has(line)) report.accept('dossier');
    for (const { line } of tuples) {
      if (refused.has(line)) continue;
      if (listed.has(line)) report.count('relationship');
      else report.accept('relationship');
    }
  });
}
