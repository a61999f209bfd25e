import { Injectable } from '@nestjs/common';
import type { EntityName } from '@mikro-orm/postgresql';
import { readTrail, type Change } from '#src/audit/trail.js';
import type { Answer } from '#src/platform/answer.js';
import { problem } from '#src/platform/errors.js';
import { rows } from '#src/platform/sql.js';
import { ClientGroupEntity, CollaboratorGroupEntity, type ClientGroup } from '#src/relations/entities.js';
import { revisionToken } from '#src/relations/vocabulary.js';
import { DossierVisibility } from './dossier-visibility.js';
import { checkGroupName } from './group-name.js';
import type { WriteRequest } from './read-request.js';
import { fieldsOn, reverseTuples } from './recorded-write.js';
import { RelationWriter } from './relation-writer.js';
import { changeTuples } from './tuple-changes.js';
import type { Write } from './write.js';

/** A larger write, such as an import, is no slip of the hand. */
const maxRows = 25_000;

/** What can be taken back: groups with their fields, and the relationships of everything. */
type GroupType = 'client_group' | 'collaborator_group';
const groups: Record<GroupType, EntityName<ClientGroup>> = {
  client_group: ClientGroupEntity,
  // The same but for the address, which the trail has of none of them.
  collaborator_group: CollaboratorGroupEntity as unknown as EntityName<ClientGroup>,
};
const tables = ['client_group', 'collaborator_group', 'collaborator', 'dossier'] as const;

/** Takes back what one write did, by a write of its own: guarded, previewed and recorded like any other. */
@Injectable()
export class UndoService {
  constructor(private readonly writer: RelationWriter) {}

  /**
   * @throws `not_found` for a revision that changed nothing, `not_undoable` for what cannot be taken back, `undo_not_safe`
   *   where what it changed has changed again since; else what the changes themselves are refused with
   */
  undo(request: WriteRequest, token: string): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      write.guard.require('office', 'read_trail', { id: write.office.id });
      // What is no revision is one that changed nothing.
      const revision = /^\d{1,15}$/.test(token) ? Number(token) : 0;
      const changes = await changesAt(write, revision);
      await refuseUnsafe(write, revision, changes);
      const tuples = reverseTuples(changes);
      const entities = changes.filter(({ action }) => action !== 'relationships');
      for (const change of entities) if (change.before !== null) await restoreGroup(write, change);
      await changeTuples(write, tuples, { restoring: true });
      for (const change of entities) if (change.before === null) await removeGroup(write, change);
      return { body: { undone: revisionToken(revision) } };
    });
  }
}

/** @throws `not_found` where the revision changed nothing that exists for the actor, `not_undoable` */
async function changesAt(write: Write, revision: number): Promise<Change[]> {
  const visibility = await DossierVisibility.of(write);
  const before = { revision: revision - 1, sequence: 2 ** 31 - 1 };
  const found = await readTrail(write.em, write.office.id, before, maxRows + 1);
  const changes = found.filter((change) => change.revision === revision);
  if (changes.length === 0) throw problem('not_found', { type: 'change', id: String(revision) });
  const isUndoable = ({ key, action }: Change) =>
    action === 'relationships' || key.startsWith('client_group:') || key.startsWith('collaborator_group:');
  // Half of a write is not taken back: not the one half of it that the actor knows of either.
  const hidden = new Set(visibility.hiddenKeys);
  if (changes.length > maxRows || !changes.every(isUndoable) || changes.some(({ key }) => hidden.has(key))) {
    throw problem('not_undoable', {});
  }
  return changes;
}

/** What has been touched again carries a later version. @throws `undo_not_safe` */
async function refuseUnsafe(write: Write, revision: number, changes: readonly Change[]): Promise<void> {
  const deleted = new Set(changes.filter(({ action }) => action === 'delete').map(({ key }) => key));
  for (const table of tables) {
    const ids = changes.filter(({ key }) => key.startsWith(`${table}:`)).map(({ key }) => key.slice(table.length + 1));
    const found = await rows<{ id: string; version: string }>(
      write.em,
      `select id, version from ${table} where office = $1 and id = any ($2)`,
      [write.office.id, ids],
    );
    const versions = new Map(found.map(({ id, version }) => [id, Number(version)]));
    for (const id of ids) {
      const expected = deleted.has(`${table}:${id}`) ? undefined : revision;
      if (versions.get(id) !== expected) throw problem('undo_not_safe', { key: `${table}:${id}` });
    }
  }
}

/** A group that was deleted is there again; one that was changed has its former name and address. */
async function restoreGroup(write: Write, { key, action, before, after }: Change): Promise<void> {
  const [type, id] = groupOf(key);
  const fields = fieldsOn(before) as { name: string; email?: string | null };
  write.guard.require(type, action === 'delete' ? 'create' : 'update', { id });
  await checkGroupName(write, type, id, fields.name);
  if (action === 'delete') {
    await write.em.insert(groups[type], { office: write.office.id, id, ...fields, version: write.revision });
    write.recordEntity(key, 'create', null, fields);
  } else {
    await write.em.nativeUpdate(groups[type], { office: write.office.id, id }, fields);
    write.recordEntity(key, 'update', fieldsOn(after), fields);
  }
}

/** A group that was made is gone again, once nothing is in it. */
async function removeGroup(write: Write, { key, after }: Change): Promise<void> {
  const [type, id] = groupOf(key);
  write.guard.require(type, 'delete', { id });
  await write.em.nativeDelete(groups[type], { office: write.office.id, id });
  write.recordEntity(key, 'delete', fieldsOn(after), null);
}

function groupOf(key: string): [type: GroupType, id: string] {
  const at = key.indexOf(':');
  return [key.slice(0, at) as GroupType, key.slice(at + 1)];
}
