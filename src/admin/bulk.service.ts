import { Injectable } from '@nestjs/common';
import { describe, problem, type ProblemError } from '#src/platform/errors.js';
import { rows } from '#src/platform/sql.js';
import { tuple, type TupleInput, type TupleRef } from '#src/relations/tuples.js';
import type { Answer } from '#src/platform/answer.js';
import { attempt } from './attempt.js';
import type { BulkEdit, BulkRow } from './bulk.schema.js';
import { loadDossiers, refusalOf, type LoadedDossier } from './dossier-view.js';
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
        const ids = await this.monitor.selected(write, select);
        const results = await this.editAll(write, ids, set);
        const count = (status: BulkRow['status']) => results.filter((row) => row.status === status).length;
        const counts = { changed: count('changed'), unchanged: count('unchanged'), refused: count('refused') };
        return { body: { results, counts }, preview: { results, counts } };
      },
      { deadlineMs: bulkDeadlineMs },
    );
  }

  /** What can be told of a row by itself is told first; all others go through together. */
  private async editAll(write: Write, ids: readonly string[], set: BulkEdit['set']): Promise<BulkRow[]> {
    const loaded = await loadDossiers(write, ids);
    const refused = new Map<string, ProblemError>();
    for (const id of ids) {
      const why = refusalOfRow(write, id, loaded.get(id), set);
      if (why) refused.set(id, why);
    }
    const rest = [...loaded.values()].filter(({ row }) => !refused.has(row.id));
    await editHalves(write, rest, set, refused);
    return ids.map((dossier) => {
      const why = refused.get(dossier);
      if (!why) return { dossier, status: write.hasTouched(`dossier:${dossier}`) ? 'changed' : 'unchanged' };
      return { dossier, status: 'refused', code: why.code, message: describe(why, write.request.language).detail };
    });
  }
}

/**
 * Why one row is refused, whatever becomes of the others. Asked for every row, also where it would change nothing: the
 * result of a row must not depend on its present state.
 */
function refusalOfRow(
  write: Write,
  id: string,
  dossier: LoadedDossier | undefined,
  set: BulkEdit['set'],
): ProblemError | undefined {
  const needs: [wanted: unknown, action: string, properties?: Record<string, unknown>][] = [
    [set.clientGroup, 'assign_client_group'],
    [set.managers, 'assign_manager', { relation: 'manager' }],
    [set.labels, 'configure'],
  ];
  for (const [wanted, action, properties] of needs) {
    const why = wanted === undefined ? undefined : refusalOf(write, id, dossier, action, properties);
    if (why) return why;
  }
  const joins = dossier && set.clientGroup && groupOf(dossier)?.subjectId !== set.clientGroup;
  return joins && dossier.facts.status !== 'active' ? problem('dossier_not_active', { dossier: id }) : undefined;
}

/**
 * All of them in one set of statements. Where that is refused, each half by itself: few refusals among thousands of rows
 * cost few more statements.
 */
async function editHalves(
  write: Write,
  dossiers: readonly LoadedDossier[],
  set: BulkEdit['set'],
  refused: Map<string, ProblemError>,
): Promise<void> {
  const why = await attempt(write, (part) => editTogether(part, dossiers, set));
  if (!why) return;
  // What the edit names is the same for every row.
  if (dossiers.length === 1 || why.code === 'unknown_reference') {
    for (const { row } of dossiers) refused.set(row.id, why);
    return;
  }
  const middle = dossiers.length >> 1;
  await editHalves(write, dossiers.slice(0, middle), set, refused);
  await editHalves(write, dossiers.slice(middle), set, refused);
}

async function editTogether(write: Write, dossiers: readonly LoadedDossier[], set: BulkEdit['set']): Promise<void> {
  const changes = dossiers.map((dossier) => tupleChange(dossier, set));
  await changeTuples(write, {
    add: changes.flatMap(({ add }) => add),
    remove: changes.flatMap(({ remove }) => remove),
  });
  if (set.labels !== undefined) await setLabels(write, dossiers, set.labels);
}

function groupOf({ tuples }: LoadedDossier) {
  return tuples.find((t) => t.relation === 'client_group');
}

function tupleChange(dossier: LoadedDossier, set: BulkEdit['set']): { add: TupleInput[]; remove: TupleRef[] } {
  const { row, tuples } = dossier;
  const group = groupOf(dossier);
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
  dossiers: readonly LoadedDossier[],
  wanted: NonNullable<BulkEdit['set']['labels']>,
): Promise<void> {
  const changed: { id: string; labels: string[] }[] = [];
  for (const { row } of dossiers) {
    const removed = new Set(Array.isArray(wanted) ? row.labels : wanted.remove);
    const added = Array.isArray(wanted) ? wanted : wanted.add;
    const labels = [...new Set([...row.labels.filter((label) => !removed.has(label)), ...added])];
    if (JSON.stringify(labels) === JSON.stringify(row.labels)) continue;
    if (labels.length > maxLabels) throw problem('too_many_items', { max: maxLabels });
    changed.push({ id: row.id, labels });
    write.recordEntity(`dossier:${row.id}`, 'update', { labels: row.labels }, { labels });
  }
  await rows(
    write.em,
    `update dossier d set labels = n.labels from jsonb_to_recordset($2::jsonb) as n (id text, labels text[])
      where d.office = $1 and d.id = n.id`,
    [write.office.id, JSON.stringify(changed)],
  );
}
