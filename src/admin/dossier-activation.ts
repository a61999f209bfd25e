import { isSystem } from '#src/ability/actor.js';
import { problem } from '#src/platform/errors.js';
import { firstRow, rows } from '#src/platform/sql.js';
import { DossierEntity } from '#src/relations/entities.js';
import { tuple } from '#src/relations/tuples.js';
import type { DossierStatus } from '#src/relations/vocabulary.js';
import { loadDossiers, type LoadedDossier } from './dossier-view.js';
import type { Activation } from './dossier.schema.js';
import { changeTuples } from './tuple-changes.js';
import type { Write } from './write.js';

/**
 * Makes a draft or inactive dossier active. Whoever activates without being an admin becomes the primary manager
 * (rule 11). No group is needed, but without one the answer says who can open the dossier now (rule 9).
 *
 * The caller has asked the policies for `activate` with the chosen group.
 *
 * @throws `invalid_transition`, `unknown_reference`, `forbidden`
 */
export async function activateDossier(write: Write, dossier: LoadedDossier, choice: Activation): Promise<void> {
  const { id } = dossier.row;
  await changeStatus(write, dossier, 'active');
  const { subject } = write.actor;
  if (subject.profile !== 'admin' && !isSystem(write.actor)) {
    const add = [{ ...tuple.dossierHas(id, 'manager', subject.id), primary: true }];
    await changeTuples(write, { add }, { authorize: false });
  }
  const managers = (choice.managers ?? []).map((collaborator) => tuple.dossierHas(id, 'manager', collaborator));
  await changeTuples(write, { add: managers });
  const old = dossier.tuples.find((t) => t.relation === 'client_group')?.subjectId ?? null;
  const chosen =
    choice.clientGroup === undefined ? (old ?? write.office.settings.defaultClientGroup) : choice.clientGroup;
  if (chosen !== null && chosen !== old) {
    await changeTuples(write, { add: [tuple.dossierInClientGroup(id, chosen)] }, { authorize: false });
  } else if (chosen === null && old !== null) {
    // Leaving the dormant group is no choice of a group: only those who may move active dossiers may do it.
    await changeTuples(write, { remove: [tuple.dossierInClientGroup(id, old)] });
  }
  if (chosen === null) await warnWithoutGroup(write, id);
}

/** Makes an active dossier inactive; its memberships stay, dormant (rule 14). @throws `invalid_transition` */
export async function deactivateDossier(write: Write, dossier: LoadedDossier): Promise<void> {
  if (dossier.row.status === 'draft') throw problem('invalid_transition', { from: 'draft', to: 'inactive' });
  await changeStatus(write, dossier, 'inactive');
}

async function changeStatus(write: Write, { row }: LoadedDossier, status: DossierStatus): Promise<void> {
  if (row.status === status) throw problem('invalid_transition', { from: row.status, to: status });
  await write.em.nativeUpdate(DossierEntity, { office: write.office.id, id: row.id }, { status });
  write.recordEntity(
    `dossier:${row.id}`,
    status === 'active' ? 'activate' : 'deactivate',
    { status: row.status },
    { status },
  );
}

/** How many managers a warning names before it counts the rest. */
const namedManagers = 5;

/** Says who can open the dossier now (rule 9). */
export async function warnWithoutGroup(write: Write, id: string): Promise<void> {
  const dossier = (await loadDossiers(write, [id])).get(id);
  const managers = await rows<{ name: string }>(
    write.em,
    `select coalesce(nullif(btrim(first_name || ' ' || last_name), ''), email) as name from collaborator
      where office = $1 and status = 'active' and (id = any ($2) or id = any ($3)) order by 1`,
    [write.office.id, dossier?.facts.managers ?? [], dossier?.facts.guests ?? []],
  );
  const admins = await firstRow<{ n: string }>(
    write.em,
    `select count(*) n from collaborator where office = $1 and status = 'active' and profile = 'admin'`,
    [write.office.id],
  );
  const people = managers.slice(0, namedManagers).map((row) => row.name);
  if (managers.length > namedManagers) people.push(`+${managers.length - namedManagers}`);
  if (!dossier?.facts.private) people.push(`admin × ${admins?.n ?? 0}`);
  write.warn('activated_without_group', { dossier: id, who: people.join(', ') });
}
