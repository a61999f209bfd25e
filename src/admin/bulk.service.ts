import { Injectable } from '@nestjs/common';
import { describe, problem, ProblemError } from '#src/platform/errors.js';
import { DossierEntity } from '#src/relations/entities.js';
import { tuple, type TupleInput, type TupleRef } from '#src/relations/tuples.js';
import type { Answer } from '#src/platform/answer.js';
import { attempt } from './attempt.js';
import type { BulkEdit, BulkRow } from './bulk.schema.js';
import { loadDossiers, type LoadedDossier } from './dossier-view.js';
import { maxLabels } from './fields.schema.js';
import { deltaTo } from './members.js';
import { MonitorService } from './monitor.service.js';
import type { WriteRequest } from './read-request.js';
import { RelationWriter } from './relation-writer.js';
import { changeTuples } from './tuple-changes.js';
import type { Write } from './write.js';

/** Longest that a bulk edit may take: it holds the office's row, and so its other writes, for as long. */
const bulkDeadlineMs = 60_000;

/** Edits a selection of dossiers in one write; each row is authorised by itself and has its own result (rule 25). */
@Injectable()
export class BulkService {
  constructor(
    private readonly writer: RelationWriter,
    private readonly monitor: MonitorService,
  ) {}

  edit(request: WriteRequest, { select, set }: BulkEdit): Promise<Answer> {
    return this.writer.write(
      request,
      async (write) => {
        const ids = 'ids' in select ? [...new Set(select.ids)] : await this.monitor.idsMatching(write, select.filter);
        const results = await this.editAll(write, ids, set);
        const count = (status: BulkRow['status']) => results.filter((row) => row.status === status).length;
        const counts = { changed: count('changed'), unchanged: count('unchanged'), refused: count('refused') };
        return { body: { results, counts }, preview: { results, counts } };
      },
      { deadlineMs: bulkDeadlineMs },
    );
  }

  /** All at once, which is one set of statements; only where a row refuses, one by one, so that the others go through. */
  private async editAll(write: Write, ids: readonly string[], set: BulkEdit['set']): Promise<BulkRow[]> {
    const loaded = await loadDossiers(write, ids);
    const refusal = await attempt(write, (part) => editTogether(part, [...loaded.values()], set));
    const unknown = ids
      .filter((id) => !loaded.has(id))
      .map((id) => [id, problem('not_found', { type: 'dossier', id })] as const);
    const refused = new Map<string, ProblemError>(unknown);
    if (refusal) {
      for (const [id, dossier] of loaded) {
        const why = await attempt(write, (part) => editTogether(part, [dossier], set));
        if (why) refused.set(id, why);
      }
    }
    return ids.map((dossier) => {
      const why = refused.get(dossier);
      if (!why) return { dossier, status: write.hasTouched(`dossier:${dossier}`) ? 'changed' : 'unchanged' };
      return { dossier, status: 'refused', code: why.code, message: describe(why, write.request.language).detail };
    });
  }
}

async function editTogether(write: Write, dossiers: readonly LoadedDossier[], set: BulkEdit['set']): Promise<void> {
  for (const { facts } of dossiers) requireEach(write, facts, set);
  const add: TupleInput[] = [];
  const remove: TupleRef[] = [];
  for (const dossier of dossiers) {
    const change = tupleChange(dossier, set);
    add.push(...change.add);
    remove.push(...change.remove);
  }
  await changeTuples(write, { add, remove });
  if (set.labels !== undefined) for (const dossier of dossiers) await setLabels(write, dossier, set.labels);
}

/** Asked for every row, also where it would change nothing: the result of a row must not depend on its present state. */
function requireEach(write: Write, facts: LoadedDossier['facts'], set: BulkEdit['set']): void {
  if (set.clientGroup !== undefined) write.guard.requireDossier({ ...facts }, 'assign_client_group');
  if (set.managers !== undefined) write.guard.requireDossier({ ...facts }, 'assign_manager', { relation: 'manager' });
  if (set.labels !== undefined) write.guard.requireDossier({ ...facts }, 'configure');
}

function tupleChange({ row, tuples }: LoadedDossier, set: BulkEdit['set']) {
  const group = tuples.find((t) => t.relation === 'client_group');
  const managers = tuples.filter((t) => t.relation === 'manager' && t.inForce).map((t) => t.subjectId);
  const delta = Array.isArray(set.managers)
    ? deltaTo(set.managers, managers)
    : (set.managers ?? { add: [], remove: [] });
  const made = (collaborator: string) => tuple.dossierHas(row.id, 'manager', collaborator);
  const leaves = set.clientGroup === null && group ? [group] : [];
  const joins = set.clientGroup ? [tuple.dossierInClientGroup(row.id, set.clientGroup)] : [];
  return { add: [...joins, ...delta.add.map(made)], remove: [...leaves, ...delta.remove.map(made)] };
}

async function setLabels(
  write: Write,
  { row }: LoadedDossier,
  wanted: NonNullable<BulkEdit['set']['labels']>,
): Promise<void> {
  const removed = new Set(Array.isArray(wanted) ? row.labels : wanted.remove);
  const added = Array.isArray(wanted) ? wanted : wanted.add;
  const labels = [...new Set([...row.labels.filter((label) => !removed.has(label)), ...added])];
  if (JSON.stringify(labels) === JSON.stringify(row.labels)) return;
  if (labels.length > maxLabels) throw problem('too_many_items', { max: maxLabels });
  await write.em.nativeUpdate(DossierEntity, { office: write.office.id, id: row.id }, { labels });
  write.recordEntity(`dossier:${row.id}`, 'update', { labels: row.labels }, { labels });
}
