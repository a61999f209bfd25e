import { Injectable } from '@nestjs/common';
import { problem } from '#src/platform/errors.js';
import { firstRow } from '#src/platform/sql.js';
import { CollaboratorEntity, type Collaborator } from '#src/relations/entities.js';
import { tuple, type Tuple } from '#src/relations/tuples.js';
import type { Answer } from '#src/platform/answer.js';
import type { CollaboratorPatch, CollaboratorPut } from './collaborator.schema.js';
import { collaboratorView, fieldsOf, findCollaborator, requireCollaborator, type Fields } from './collaborator-view.js';
import type { Delta } from './fields.schema.js';
import type { WriteRequest } from './read-request.js';
import { RelationWriter, type Outcome } from './relation-writer.js';
import { changeTuples } from './tuple-changes.js';
import { etagOf, expectNoVersion, expectVersion } from './versions.js';
import type { Write } from './write.js';

/** The people of an office (rules 20–23). */
@Injectable()
export class CollaboratorsService {
  constructor(private readonly writer: RelationWriter) {}

  /**
   * Makes the collaborator, or replaces their fields. Memberships stay, and so do profile, status and language where the
   * body does not name them: a list of people sent again every night must reactivate or demote nobody.
   */
  put(request: WriteRequest, id: string, body: CollaboratorPut): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      const existing = await findCollaborator(write, id);
      const fields = fieldsOf({
        ...body,
        profile: body.profile ?? existing?.profile ?? 'collaborator',
        status: body.status ?? existing?.status ?? 'active',
        language: body.language ?? existing?.language ?? (await officeLanguage(write)),
      });
      if (existing) return this.update(write, existing, fields, 'replaces');
      write.guard.require('collaborator', 'create', { id });
      await expectNoVersion(write, `collaborator:${id}`);
      await requireFreeEmail(write, id, fields.email);
      await write.em.insert(CollaboratorEntity, { office: write.office.id, id, ...fields, version: write.revision });
      write.recordEntity(`collaborator:${id}`, 'create', null, fields);
      return this.outcome(write, id, 201);
    });
  }

  /** Fields and groups in one write: what a form shows together is saved together. */
  patch(request: WriteRequest, id: string, body: CollaboratorPatch): Promise<Answer> {
    const { reason: _reason, clientGroups, collaboratorGroups, ...fields } = body;
    return this.writer.write(request, async (write) => {
      // Before they are looked for: who may not change people does not learn who there is.
      write.guard.require('collaborator', 'update', { id });
      const existing = await requireCollaborator(write, id);
      const outcome = await this.update(write, existing, { ...fieldsOf(existing), ...definedFields(fields) });
      if (!clientGroups && !collaboratorGroups) return outcome;
      write.guard.require('collaborator', 'update_groups', { id });
      await changeTuples(write, {
        add: [
          ...tuplesTo(id, 'client_group', clientGroups?.add),
          ...tuplesTo(id, 'collaborator_group', collaboratorGroups?.add),
        ],
        remove: [
          ...tuplesTo(id, 'client_group', clientGroups?.remove),
          ...tuplesTo(id, 'collaborator_group', collaboratorGroups?.remove),
        ],
      });
      return this.outcome(write, id);
    });
  }

  /** The same relationship as from the group's side, so that edits of both sides merge (rule 22). */
  patchGroups(request: WriteRequest, id: string, kind: GroupKind, delta: Delta): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      write.guard.require('collaborator', 'update_groups', { id });
      const existing = await requireCollaborator(write, id);
      if (request.ifMatch !== undefined) await expectVersion(write, `collaborator:${id}`, existing.version);
      await changeTuples(write, { add: tuplesTo(id, kind, delta.add), remove: tuplesTo(id, kind, delta.remove) });
      return this.outcome(write, id);
    });
  }

  /** Ends all access at once; memberships stay dormant, managerships go to `handOverTo` where one is named (rule 20). */
  deactivate(request: WriteRequest, id: string, handOverTo: string | undefined): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      write.guard.require('collaborator', 'deactivate', { id });
      const existing = await requireCollaborator(write, id);
      if (request.ifMatch !== undefined) await expectVersion(write, `collaborator:${id}`, existing.version);
      if (handOverTo !== undefined) await this.handOver(write, id, handOverTo);
      if (existing.status === 'active')
        await this.store(write, existing, { ...fieldsOf(existing), status: 'inactive' });
      return this.outcome(write, id);
    });
  }

  private async handOver(write: Write, from: string, to: string): Promise<void> {
    const heir = await findCollaborator(write, to);
    if (!heir) throw problem('unknown_reference', { type: 'collaborator', id: to });
    if (heir.status !== 'active' || to === from) throw problem('inactive_collaborator', { collaborator: to });
    const managed = await write.store.tuplesWith('collaborator', [from], 'manager');
    const held = await write.store.tuplesWith('collaborator', [to], 'manager');
    const own = new Map(held.filter((t) => t.inForce).map((t) => [t.objectId, t]));
    // What has ended gives the heir nothing, and what will end does so for them too, unless they manage it anyway.
    const add = managed
      .filter((t) => t.inForce)
      .map((t) => ({
        ...tuple.dossierHas(t.objectId, 'manager', to),
        primary: t.primary,
        expiresAt: laterEnd(t.expiresAt, own.get(t.objectId)),
      }));
    // Also dossiers that the admin may not open go over: that is what keeps them managed.
    await changeTuples(write, { add, remove: managed }, { authorize: false });
  }

  private async update(write: Write, existing: Collaborator, fields: Fields, mode?: 'replaces'): Promise<Outcome> {
    write.guard.require('collaborator', 'update', { id: existing.id });
    const unchanged = JSON.stringify(fields) === JSON.stringify(fieldsOf(existing));
    if (!(mode === 'replaces' && unchanged))
      await expectVersion(write, `collaborator:${existing.id}`, existing.version);
    if (!unchanged) {
      if (fields.status === 'inactive' && existing.status === 'active') {
        write.guard.require('collaborator', 'deactivate', { id: existing.id });
      }
      await requireFreeEmail(write, existing.id, fields.email);
      await this.store(write, existing, fields);
    }
    return this.outcome(write, existing.id);
  }

  private async store(write: Write, existing: Collaborator, fields: Fields): Promise<void> {
    await write.em.nativeUpdate(CollaboratorEntity, { office: write.office.id, id: existing.id }, fields);
    write.recordEntity(`collaborator:${existing.id}`, 'update', fieldsOf(existing), fields);
  }

  private async outcome(write: Write, id: string, status = 200): Promise<Outcome> {
    const collaborator = await requireCollaborator(write, id);
    const version = write.hasTouched(`collaborator:${id}`) ? write.revision : collaborator.version;
    return { body: await collaboratorView(write, collaborator), status, etag: etagOf(version) };
  }
}

type GroupKind = 'client_group' | 'collaborator_group';

function tuplesTo(id: string, kind: GroupKind, groups: readonly string[] = []) {
  return groups.map((group) =>
    kind === 'client_group' ? tuple.clientGroupHas(group, 'collaborator', id) : tuple.groupHasMember(group, id),
  );
}

/** `null` is no end at all. */
function laterEnd(end: string | null, own: Tuple | undefined): string | null {
  if (!own) return end;
  return end === null || own.expiresAt === null ? null : [end, own.expiresAt].sort()[1]!;
}

function definedFields(fields: { [Name in keyof Fields]?: Fields[Name] | undefined }): Partial<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

async function officeLanguage(write: Write) {
  const office = await firstRow<Pick<Collaborator, 'language'>>(write.em, 'select language from office where id = $1', [
    write.office.id,
  ]);
  return office?.language ?? 'fr';
}

/** Rule 23; the database refuses it as well. */
async function requireFreeEmail(write: Write, id: string, email: string): Promise<void> {
  const taken = await firstRow(
    write.em,
    'select 1 from collaborator where office = $1 and lower(email) = lower($2) and id <> $3',
    [write.office.id, email, id],
  );
  if (taken) throw problem('email_taken', { email });
}
