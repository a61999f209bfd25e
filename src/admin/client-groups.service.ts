import { Injectable } from '@nestjs/common';
import { problem } from '#src/platform/errors.js';
import { ClientGroupEntity, OfficeEntity, type ClientGroup } from '#src/relations/entities.js';
import { tuple, type Tuple, type TupleRef } from '#src/relations/tuples.js';
import type { Answer } from '#src/platform/answer.js';
import type { ClientGroupPatch, ClientGroupPut, ClientGroupView } from './client-group.schema.js';
import type { Place } from './dossier-view.js';
import type { Delta } from './fields.schema.js';
import { checkGroupName } from './group-name.js';
import { deltaTo } from './members.js';
import type { WriteRequest } from './read-request.js';
import { RelationWriter, type Outcome } from './relation-writer.js';
import { DossierVisibility } from './dossier-visibility.js';
import { changeTuples } from './tuple-changes.js';
import { etagOf, expectNoVersion, expectVersion } from './versions.js';
import type { Write } from './write.js';

const none: Delta = { add: [], remove: [] };

/** Saving and deleting client groups (rules 1, 4, 12, 16–18, 27, 28). Each save is one atomic write. */
@Injectable()
export class ClientGroupsService {
  constructor(private readonly writer: RelationWriter) {}

  /** Makes the group, or replaces it as a whole where it exists. */
  put(request: WriteRequest, id: string, body: ClientGroupPut): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      const existing = await findClientGroup(write, id);
      const present = existing
        ? await visibleMembersOf(write, id)
        : { dossiers: [], collaborators: [], collaboratorGroups: [] };
      const patch = {
        name: body.name,
        email: body.email ?? null,
        dossiers: deltaTo(body.dossiers, present.dossiers),
        collaborators: deltaTo(body.collaborators, present.collaborators),
        collaboratorGroups: deltaTo(body.collaboratorGroups, present.collaboratorGroups),
      };
      return existing ? this.update(write, existing, patch, 'replaces') : this.create(write, id, patch);
    });
  }

  /** Makes a group whose id must be free. */
  post(request: WriteRequest, id: string, body: ClientGroupPut): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      write.guard.require('client_group', 'create', { id });
      if (await findClientGroup(write, id)) throw problem('id_taken', { type: 'client_group', id });
      return this.create(write, id, {
        name: body.name,
        email: body.email ?? null,
        dossiers: deltaTo(body.dossiers, []),
        collaborators: deltaTo(body.collaborators, []),
        collaboratorGroups: deltaTo(body.collaboratorGroups, []),
      });
    });
  }

  /** Changes what the body names; lists change by what is added and removed. */
  patch(request: WriteRequest, id: string, body: ClientGroupPatch): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      // Before the group is looked for: who may not change groups does not learn which there are.
      write.guard.require('client_group', 'update', { id });
      return this.update(write, await requireClientGroup(write, id), body);
    });
  }

  /** Deletes the group; its dossiers stay without a group, or move to another one (rule 28). */
  delete(request: WriteRequest, id: string, moveDossiersTo: string | undefined): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      write.guard.require('client_group', 'delete', { id });
      const group = await requireClientGroup(write, id);
      if (request.ifMatch !== undefined) await expectVersion(write, `client_group:${id}`, group.version);
      const dossiers = await write.store.tuplesWith('client_group', [id], 'client_group');
      if (moveDossiersTo !== undefined) await this.moveDossiers(write, dossiers, id, moveDossiersTo);
      const own = await write.store.tuplesOf('client_group', [id]);
      const left = moveDossiersTo === undefined ? dossiers : [];
      await changeTuples(write, { remove: [...own, ...left] }, { authorize: false });
      await clearDefaultGroup(write, id);
      await write.em.nativeDelete(ClientGroupEntity, { office: write.office.id, id });
      write.recordEntity(`client_group:${id}`, 'delete', fieldsOf(group), null);
      return { body: { deleted: true } };
    });
  }

  private async moveDossiers(write: Write, dossiers: readonly Tuple[], from: string, to: string): Promise<void> {
    if (to === from || !(await findClientGroup(write, to)))
      throw problem('unknown_reference', { type: 'client_group', id: to });
    // Dormant memberships of inactive dossiers move along: they come back on reactivation (rule 14). What has an end
    // keeps it, be it past.
    const add = dossiers.map((t) => ({ ...tuple.dossierInClientGroup(t.objectId, to), expiresAt: t.expiresAt }));
    await changeTuples(write, { add }, { authorize: false, restoring: true });
  }

  private async create(write: Write, id: string, patch: ClientGroupPatch & { name: string }): Promise<Outcome> {
    write.guard.require('client_group', 'create', { id });
    await expectNoVersion(write, `client_group:${id}`);
    await checkGroupName(write, 'client_group', id, patch.name);
    const group = {
      office: write.office.id,
      id,
      name: patch.name,
      email: patch.email ?? null,
      version: write.revision,
    };
    await write.em.insert(ClientGroupEntity, group);
    write.recordEntity(`client_group:${id}`, 'create', null, fieldsOf(group));
    await changeTuples(write, tupleDelta(id, patch));
    return this.outcome(write, id, 201);
  }

  private async update(write: Write, group: ClientGroup, patch: ClientGroupPatch, mode?: 'replaces'): Promise<Outcome> {
    const key = `client_group:${group.id}`;
    write.guard.require('client_group', 'update', { id: group.id });
    const name = patch.name ?? group.name;
    const email = patch.email === undefined ? (group.email ?? null) : patch.email;
    const renamed = name !== group.name;
    const unchanged = !renamed && email === (group.email ?? null) && isEmptyDelta(tupleDelta(group.id, patch));
    if (!(mode === 'replaces' && unchanged)) await expectVersion(write, key, group.version);
    if (renamed) await checkGroupName(write, 'client_group', group.id, name);
    if (renamed || email !== (group.email ?? null)) {
      await write.em.nativeUpdate(ClientGroupEntity, { office: write.office.id, id: group.id }, { name, email });
      write.recordEntity(key, 'update', fieldsOf(group), { name, email });
    }
    await changeTuples(write, tupleDelta(group.id, patch));
    return this.outcome(write, group.id);
  }

  private async outcome(write: Write, id: string, status = 200): Promise<Outcome> {
    const group = await requireClientGroup(write, id);
    const version = write.hasTouched(`client_group:${id}`) ? write.revision : group.version;
    return { body: await clientGroupView(write, group), status, etag: etagOf(version) };
  }
}

function fieldsOf(group: { name: string; email?: string | null }) {
  return { name: group.name, email: group.email ?? null };
}

function isEmptyDelta(change: { add: TupleRef[]; remove: TupleRef[] }): boolean {
  return change.add.length + change.remove.length === 0;
}

function tupleDelta(id: string, patch: ClientGroupPatch): { add: TupleRef[]; remove: TupleRef[] } {
  const { dossiers = none, collaborators = none, collaboratorGroups = none } = patch;
  const of = (side: keyof Delta) => [
    ...dossiers[side].map((dossier) => tuple.dossierInClientGroup(dossier, id)),
    ...collaborators[side].map((collaborator) => tuple.clientGroupHas(id, 'collaborator', collaborator)),
    ...collaboratorGroups[side].map((group) => tuple.clientGroupHasGroup(id, group)),
  ];
  return { add: of('add'), remove: of('remove') };
}

/** The group, or `null`. */
export function findClientGroup(place: Place, id: string): Promise<ClientGroup | null> {
  return place.em.findOne(ClientGroupEntity, { office: place.office.id, id }, { refresh: true });
}

/** @throws `not_found` */
export async function requireClientGroup(place: Place, id: string): Promise<ClientGroup> {
  const group = await findClientGroup(place, id);
  if (!group) throw problem('not_found', { type: 'client_group', id });
  return group;
}

/** What has ended is no member any more: a save that names it makes it one again. */
async function membersOf(place: Place, id: string) {
  const own = await place.store.tuplesOf('client_group', [id]);
  const dossiers = await place.store.tuplesWith('client_group', [id], 'client_group');
  const subjects = (relation: string) =>
    own.filter((t) => t.inForce && t.relation === relation).map((t) => t.subjectId);
  return {
    dossiers: dossiers.filter((t) => t.inForce).map((t) => t.objectId),
    collaborators: subjects('collaborator'),
    collaboratorGroups: subjects('collaborator_group'),
    excluded: subjects('excluded'),
  };
}

/** Without the private dossiers that do not exist for the actor: a save neither shows nor moves them (rule 15). */
async function visibleMembersOf(place: Place, id: string) {
  const members = await membersOf(place, id);
  const visibility = await DossierVisibility.of(place, members.dossiers);
  return { ...members, dossiers: members.dossiers.filter((dossier) => visibility.shows(dossier)) };
}

/** The group with its members, as an admin sees it. */
export async function clientGroupView(place: Place, group: ClientGroup): Promise<ClientGroupView> {
  return { id: group.id, name: group.name, email: group.email ?? null, ...(await visibleMembersOf(place, group.id)) };
}

/** An office whose default group goes has none any more. */
async function clearDefaultGroup(write: Write, id: string): Promise<void> {
  if (write.office.settings.defaultClientGroup !== id) return;
  await write.em.nativeUpdate(OfficeEntity, { id: write.office.id }, { defaultClientGroup: null });
  write.recordEntity('office', 'update', { defaultClientGroup: id }, { defaultClientGroup: null });
}
