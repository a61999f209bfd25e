import { Injectable } from '@nestjs/common';
import { problem } from '#src/platform/errors.js';
import { CollaboratorGroupEntity, type CollaboratorGroup } from '#src/relations/entities.js';
import { tuple } from '#src/relations/tuples.js';
import type { Answer } from '#src/platform/answer.js';
import type { CollaboratorGroupPatch, CollaboratorGroupPut } from './collaborator-group.schema.js';
import { checkGroupName } from './group-name.js';
import { deltaTo } from './members.js';
import type { OfficeView } from './office-reader.js';
import type { WriteRequest } from './read-request.js';
import { RelationWriter, type Outcome } from './relation-writer.js';
import { changeTuples } from './tuple-changes.js';
import { etagOf, expectNoVersion, expectVersion } from './versions.js';
import type { Write } from './write.js';

/** Named sets of people (rules 4, 16, 17, 28). */
@Injectable()
export class CollaboratorGroupsService {
  constructor(private readonly writer: RelationWriter) {}

  /** Makes the group, or replaces it as a whole where it exists. */
  put(request: WriteRequest, id: string, body: CollaboratorGroupPut): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      const existing = await find(write, id);
      if (!existing) return this.create(write, id, body);
      const { members: present } = await collaboratorGroupView(write, existing);
      const members = deltaTo(body.members, present);
      return this.update(write, existing, { name: body.name, members }, 'replaces');
    });
  }

  /** Makes a group whose id must be free. */
  post(request: WriteRequest, id: string, body: CollaboratorGroupPut): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      write.guard.require('collaborator_group', 'create', { id });
      if (await find(write, id)) throw problem('id_taken', { type: 'collaborator_group', id });
      return this.create(write, id, body);
    });
  }

  patch(request: WriteRequest, id: string, body: CollaboratorGroupPatch): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      // Before the group is looked for: who may not change groups does not learn which there are.
      write.guard.require('collaborator_group', 'update', { id });
      return this.update(write, await requireCollaboratorGroup(write, id), body);
    });
  }

  /** Deletes the group and takes it out of its client groups; people are never deleted by it (rule 28). */
  delete(request: WriteRequest, id: string): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      write.guard.require('collaborator_group', 'delete', { id });
      const group = await requireCollaboratorGroup(write, id);
      if (request.ifMatch !== undefined) await expectVersion(write, `collaborator_group:${id}`, group.version);
      const members = await write.store.tuplesOf('collaborator_group', [id]);
      const uses = await write.store.tuplesWith('collaborator_group', [id]);
      await changeTuples(write, { remove: [...members, ...uses] }, { authorize: false });
      await write.em.nativeDelete(CollaboratorGroupEntity, { office: write.office.id, id });
      write.recordEntity(`collaborator_group:${id}`, 'delete', { name: group.name }, null);
      return { body: { deleted: true } };
    });
  }

  private async create(write: Write, id: string, body: CollaboratorGroupPut): Promise<Outcome> {
    write.guard.require('collaborator_group', 'create', { id });
    await expectNoVersion(write, `collaborator_group:${id}`);
    await checkGroupName(write, 'collaborator_group', id, body.name);
    await write.em.insert(CollaboratorGroupEntity, {
      office: write.office.id,
      id,
      name: body.name,
      version: write.revision,
    });
    write.recordEntity(`collaborator_group:${id}`, 'create', null, { name: body.name });
    await changeTuples(write, { add: body.members.map((member) => tuple.groupHasMember(id, member)) });
    return this.outcome(write, id, 201);
  }

  private async update(
    write: Write,
    group: CollaboratorGroup,
    patch: CollaboratorGroupPatch,
    mode?: 'replaces',
  ): Promise<Outcome> {
    const key = `collaborator_group:${group.id}`;
    write.guard.require('collaborator_group', 'update', { id: group.id });
    const name = patch.name ?? group.name;
    const { add = [], remove = [] } = patch.members ?? {};
    const unchanged = name === group.name && add.length + remove.length === 0;
    if (!(mode === 'replaces' && unchanged)) await expectVersion(write, key, group.version);
    if (name !== group.name) {
      await checkGroupName(write, 'collaborator_group', group.id, name);
      await write.em.nativeUpdate(CollaboratorGroupEntity, { office: write.office.id, id: group.id }, { name });
      write.recordEntity(key, 'update', { name: group.name }, { name });
    }
    const made = (member: string) => tuple.groupHasMember(group.id, member);
    await changeTuples(write, { add: add.map(made), remove: remove.map(made) });
    return this.outcome(write, group.id);
  }

  private async outcome(write: Write, id: string, status = 200): Promise<Outcome> {
    const group = await requireCollaboratorGroup(write, id);
    const version = write.hasTouched(`collaborator_group:${id}`) ? write.revision : group.version;
    return { body: await collaboratorGroupView(write, group), status, etag: etagOf(version) };
  }
}

type Place = Pick<OfficeView, 'em' | 'store'> & { office: { id: string } };

function find(place: Place, id: string): Promise<CollaboratorGroup | null> {
  return place.em.findOne(CollaboratorGroupEntity, { office: place.office.id, id }, { refresh: true });
}

/** @throws `not_found` */
export async function requireCollaboratorGroup(place: Place, id: string): Promise<CollaboratorGroup> {
  const group = await find(place, id);
  if (!group) throw problem('not_found', { type: 'collaborator_group', id });
  return group;
}

/** The group with its members and the client groups that hold it, without what has ended. */
export async function collaboratorGroupView(place: Place, group: CollaboratorGroup) {
  const members = await place.store.tuplesOf('collaborator_group', [group.id]);
  const uses = await place.store.tuplesWith('collaborator_group', [group.id]);
  return {
    id: group.id,
    name: group.name,
    members: members.filter((t) => t.inForce).map((t) => t.subjectId),
    clientGroups: uses.filter((t) => t.inForce).map((t) => t.objectId),
  };
}
