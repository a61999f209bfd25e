import { Injectable } from '@nestjs/common';
import { problem } from '#src/platform/errors.js';
import { DossierEntity } from '#src/relations/entities.js';
import { tuple } from '#src/relations/tuples.js';
import type { Answer } from '#src/platform/answer.js';
import { activateDossier, deactivateDossier, warnWithoutGroup } from './dossier-activation.js';
import { fieldsOf, requireFreeNumber, sameFields, type DossierFields } from './dossier-fields.js';
import {
  dossierView,
  loadDossiers,
  namesWith,
  requireDossier,
  requireVisibleDossier,
  type LoadedDossier,
} from './dossier-view.js';
import type { Activation, DossierPatch, DossierPut } from './dossier.schema.js';
import { OfficeReader } from './office-reader.js';
import type { WriteRequest } from './read-request.js';
import { RelationWriter, type Outcome } from './relation-writer.js';
import { changeTuples, groupChange } from './tuple-changes.js';
import { etagOf, expectVersion } from './versions.js';
import type { Write } from './write.js';

/** The dossiers of an office: their own fields, their activation and their client group (rules 2, 9–15, 26). */
@Injectable()
export class DossiersService {
  constructor(
    private readonly writer: RelationWriter,
    private readonly reader: OfficeReader,
  ) {}

  /** Makes the dossier, or replaces its fields; the group and the managers change only where the body names them. */
  put(request: WriteRequest, id: string, body: DossierPut): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      const existing = (await loadDossiers(write, [id])).get(id);
      const fields = fieldsOf({ ...body, status: body.status ?? existing?.row.status ?? 'draft' });
      if (!existing || !write.guard.seesDossier({ ...existing.facts })) {
        return this.create(write, id, fields, body, existing !== undefined);
      }
      // The group of an activation is chosen with it, by its own rule; afterwards it is a move.
      const activates = fields.status === 'active' && existing.row.status !== 'active';
      const change = this.people(existing, activates ? { ...body, clientGroup: undefined } : body);
      const unchanged = sameFields(fields, fieldsOf(existing.row)) && !change.add?.length && !change.remove?.length;
      if (!unchanged) await expectVersion(write, `dossier:${id}`, existing.row.version);
      await this.store(write, existing, fields, { clientGroup: body.clientGroup });
      await changeTuples(write, change);
      return outcome(write, id);
    });
  }

  patch(request: WriteRequest, id: string, body: DossierPatch): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      const dossier = await requireVisibleDossier(write, id);
      await expectVersion(write, `dossier:${id}`, dossier.row.version);
      const changed = Object.entries(body).filter(([name, value]) => name !== 'reason' && value !== undefined);
      await this.store(write, dossier, fieldsOf({ ...dossier.row, ...Object.fromEntries(changed) }));
      return outcome(write, id);
    });
  }

  /** Rules 9, 11 and 14; the body may choose the group and the managers. */
  activate(request: WriteRequest, id: string, body: Activation): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      const dossier = await requireDossier(write, id, 'activate', chosenGroup(body.clientGroup));
      if (request.ifMatch !== undefined) await expectVersion(write, `dossier:${id}`, dossier.row.version);
      await activateDossier(write, dossier, body);
      return outcome(write, id);
    });
  }

  deactivate(request: WriteRequest, id: string): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      const dossier = await requireDossier(write, id, 'deactivate');
      if (request.ifMatch !== undefined) await expectVersion(write, `dossier:${id}`, dossier.row.version);
      await deactivateDossier(write, dossier);
      return outcome(write, id);
    });
  }

  /**
   * Puts the dossier in a group, moves it, or takes it out (rules 10–13). Where another assignment came between this
   * request's arrival and its turn, it is told so instead of undoing it unseen (rule 2).
   */
  async setClientGroup(request: WriteRequest, id: string, wanted: string | null): Promise<Answer> {
    const seen = await this.reader.read(request, async (view) => (await loadDossiers(view, [id])).get(id));
    return this.writer.write(request, async (write) => {
      const dossier = await requireDossier(write, id, 'assign_client_group');
      if (request.ifMatch !== undefined) await expectVersion(write, `dossier:${id}`, dossier.row.version);
      const expectedGroups = new Map(seen && request.ifMatch === undefined ? [[id, storedGroup(seen)]] : []);
      await changeTuples(write, groupChange(id, storedGroup(dossier), wanted), { expectedGroups });
      return outcome(write, id);
    });
  }

  /** Whoever may not see the dossier of this id, or may make none, is answered as if there were no such dossier. */
  private async create(
    write: Write,
    id: string,
    fields: DossierFields,
    body: DossierPut,
    isTaken: boolean,
  ): Promise<Outcome> {
    write.guard.require('office', 'create_dossier', { id: write.office.id });
    if (isTaken) throw problem('id_taken', { id });
    await requireFreeNumber(write, id, fields.enterpriseNumber);
    await write.em.insert(DossierEntity, { office: write.office.id, id, ...fields, version: write.revision });
    write.recordEntity(`dossier:${id}`, 'create', null, fields);
    const managers = (body.managers ?? []).map((collaborator) => tuple.dossierHas(id, 'manager', collaborator));
    const group = body.clientGroup ? [tuple.dossierInClientGroup(id, body.clientGroup)] : [];
    await changeTuples(write, { add: [...managers, ...group] }, { authorize: false });
    if (fields.status === 'active' && group.length === 0) await warnWithoutGroup(write, id);
    return outcome(write, id, 201);
  }

  private people(dossier: LoadedDossier, body: DossierPut) {
    const { row, tuples } = dossier;
    const group = storedGroup(dossier);
    const change =
      body.clientGroup === undefined || body.clientGroup === group ? {} : groupChange(row.id, group, body.clientGroup);
    if (body.managers === undefined) return change;
    const wanted = new Set(body.managers);
    const managers = tuples.filter((t) => t.relation === 'manager' && t.inForce);
    const present = new Set(managers.map((t) => t.subjectId));
    return {
      add: [
        ...(change.add ?? []),
        ...[...wanted].filter((c) => !present.has(c)).map((c) => tuple.dossierHas(row.id, 'manager', c)),
      ],
      remove: [...(change.remove ?? []), ...managers.filter((t) => !wanted.has(t.subjectId))],
    };
  }

  /** Each kind of field asks for its own action: an ordinary setting, the privacy, the activation. */
  private async store(
    write: Write,
    dossier: LoadedDossier,
    fields: DossierFields,
    choice: Activation = {},
  ): Promise<void> {
    const { row } = dossier;
    const before = fieldsOf(row);
    const settings = { ...fields, status: before.status, private: before.private };
    const facts = { ...dossier.facts };
    if (!sameFields(settings, before)) write.guard.requireDossier(facts, 'configure');
    if (fields.private !== before.private) write.guard.requireDossier(facts, 'assign_manager', { relation: 'private' });
    if (!sameFields({ ...settings, private: fields.private }, before)) {
      await requireFreeNumber(write, row.id, fields.enterpriseNumber);
      const stored = { ...settings, private: fields.private };
      await write.em.nativeUpdate(DossierEntity, { office: write.office.id, id: row.id }, stored);
      write.recordEntity(`dossier:${row.id}`, 'update', before, stored);
    }
    if (fields.status === before.status) return;
    const action = { active: 'activate', inactive: 'deactivate', draft: undefined }[fields.status];
    if (!action) throw problem('invalid_transition', { from: before.status, to: fields.status });
    write.guard.requireDossier(facts, action, action === 'activate' ? chosenGroup(choice.clientGroup) : {});
    if (action === 'activate') await activateDossier(write, dossier, choice);
    else await deactivateDossier(write, dossier);
  }
}

/** The group that the dossier's tuple names, also where the tuple has ended: it is in the way of another all the same. */
function storedGroup({ tuples }: LoadedDossier): string | null {
  return tuples.find((t) => t.relation === 'client_group')?.subjectId ?? null;
}

function chosenGroup(clientGroup: string | null | undefined): Record<string, unknown> {
  return clientGroup ? { clientGroup } : {};
}

/** The dossier as it now is. */
export async function outcome(write: Write, id: string, status = 200): Promise<Outcome> {
  const dossier = (await loadDossiers(write, [id])).get(id);
  if (!dossier) throw problem('not_found', { type: 'dossier', id });
  const version = write.hasTouched(`dossier:${id}`) ? write.revision : dossier.row.version;
  const names = await namesWith(write, [dossier]);
  return { body: { ...dossierView(write.guard, dossier, names) }, status, etag: etagOf(version) };
}
