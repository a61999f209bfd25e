import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { isSystem } from '#src/ability/actor.js';
import type { Answer } from '#src/platform/answer.js';
import { describe, problem, type ProblemError } from '#src/platform/errors.js';
import { SigningKey } from '#src/platform/signing-key.js';
import { tupleKey, type Tuple, type TupleRef } from '#src/relations/tuples.js';
import { attempt } from '#src/admin/attempt.js';
import { loadDossiers } from '#src/admin/dossier-view.js';
import { Slots } from '#src/platform/slots.js';
import { OfficeReader } from '#src/admin/office-reader.js';
import type { WriteRequest } from '#src/admin/read-request.js';
import { RelationWriter } from '#src/admin/relation-writer.js';
import { changeTuples } from '#src/admin/tuple-changes.js';
import type { Write } from '#src/admin/write.js';
import { readFilledFile, type DecidedRow, type FilledFile } from './filled-file.js';
import type { ReturnRow } from './return.schema.js';
import type { ReviewFormat } from './review.schema.js';
import { restOf, revokedBy } from './reviewed-tuples.js';
import { readRowCode } from './row-code.js';

/** A file is held in memory while it is read. */
const maxFileBytes = 64 * 2 ** 20;
const maxReturns = 1;
/** Longest that it may take: it holds the office's row, and so its other writes, for as long. */
const returnDeadlineMs = 60_000;

/** What stands against a row, or `'gone'` where there is nothing left to revoke. */
type Verdict = ProblemError | 'gone' | undefined;

/** Takes back a review that has been filled in: what was revoked on it ends, in one write. */
@Injectable()
export class ReviewReturnService {
  readonly #slots = new Slots(maxReturns);

  constructor(
    private readonly writer: RelationWriter,
    private readonly reader: OfficeReader,
    private readonly key: SigningKey,
  ) {}

  /**
   * Each revoked row has its own result: what cannot be revoked is refused with its reason, and the rest goes through.
   *
   * @throws `forbidden`, `payload_too_large`, and what {@link readFilledFile} refuses with
   */
  async apply(request: WriteRequest, body: AsyncIterable<Buffer>, format: ReviewFormat): Promise<Answer> {
    const release = this.#slots.take();
    try {
      await this.reader.read(request, ({ guard }) =>
        Promise.resolve(guard.require('collaborator', 'check_access', { id: '-' })),
      );
      const bytes = await gather(body);
      const file = await readFilledFile(bytes, format);
      const fingerprint = createHash('sha256').update(request.fingerprint).update(bytes).digest();
      return await this.write({ ...request, fingerprint }, file);
    } finally {
      release();
    }
  }

  private write(request: WriteRequest, file: FilledFile): Promise<Answer> {
    return this.writer.write(
      request,
      async (write) => {
        write.guard.require('collaborator', 'check_access', { id: '-' });
        const results = await this.revokeAll(write, file);
        const count = (status: ReturnRow['status']) => results.filter((row) => row.status === status).length;
        const { undecided } = file;
        const kept = file.kept.length;
        const counts = { changed: count('changed'), unchanged: count('unchanged'), refused: count('refused') };
        const outcome = { results, counts: { ...counts, kept, undecided } };
        return { body: outcome, preview: outcome };
      },
      { deadlineMs: returnDeadlineMs },
    );
  }

  private async revokeAll(write: Write, file: FilledFile): Promise<ReturnRow[]> {
    const verdicts = new Map<DecidedRow, Verdict>();
    const kept = new Set<string>();
    for (const row of file.kept) {
      const read = this.read(write, row);
      const ref = read && revokedBy(read.path);
      if (ref) kept.add(tupleKey(ref));
    }
    for (const row of file.unclear)
      verdicts.set(row, problem('review_decision', { decision: row.decision.slice(0, 40) }));
    const refs = new Map<DecidedRow, TupleRef>();
    for (const row of file.revoked) {
      const read = this.read(write, row);
      const ref = read && revokedBy(read.path);
      if (!read) verdicts.set(row, problem('review_row_altered'));
      else if (!ref) verdicts.set(row, problem('not_by_relationship'));
      else if (kept.has(tupleKey(ref))) verdicts.set(row, problem('review_also_kept', { tuple: tupleKey(ref) }));
      else refs.set(row, ref);
    }
    await this.judge(write, refs, verdicts);
    await revoke(write, refs, verdicts);
    return [...file.revoked, ...file.unclear]
      .sort((a, b) => a.line - b.line)
      .map((row) => resultOf(write, row, verdicts.get(row)));
  }

  private read(write: Write, row: DecidedRow) {
    return readRowCode(this.key, write.office.id, row.row, row);
  }

  /** Looks whether each way is still the one that the reviewer saw. A row that is not leaves `refs`. */
  private async judge(
    write: Write,
    refs: Map<DecidedRow, TupleRef>,
    verdicts: Map<DecidedRow, Verdict>,
  ): Promise<void> {
    const asked = [...refs].map(([row, ref]) => ({ row, ref, ...this.read(write, row)! }));
    const dossiers = await loadDossiers(write, [...new Set(asked.map(({ row }) => row.dossier))]);
    const named = asked.flatMap(({ ref, path }) => [ref, ...restOf(path)]);
    const existing = await write.store.existing([...new Map(named.map((ref) => [tupleKey(ref), ref])).values()]);
    const now = new Map(existing.filter((t) => t.inForce).map((t) => [tupleKey(t), t]));
    const isAsItWas = (t: Tuple | undefined, revision: number) => t !== undefined && t.revision <= revision;
    for (const { row, ref, path, revision } of asked) {
      const dossier = dossiers.get(row.dossier);
      const seen = dossier && (isSystem(write.actor) || write.guard.seesDossier({ ...dossier.facts }));
      const tuples = [ref, ...restOf(path)].map((one) => now.get(tupleKey(one)));
      const verdict: Verdict = !seen
        ? problem('not_found', { type: 'dossier', id: row.dossier })
        : tuples[0] === undefined
          ? 'gone'
          : tuples.every((t) => isAsItWas(t, revision))
            ? undefined
            : problem('review_stale');
      verdicts.set(row, verdict);
      if (verdict !== undefined) refs.delete(row);
    }
  }
}

/** All at once; only where something refuses, tuple by tuple, so that the others go through. */
async function revoke(
  write: Write,
  refs: ReadonlyMap<DecidedRow, TupleRef>,
  verdicts: Map<DecidedRow, Verdict>,
): Promise<void> {
  const all = new Map([...refs.values()].map((ref) => [tupleKey(ref), ref]));
  const remove = (tuples: readonly TupleRef[]) => async (part: Write) => {
    await changeTuples(part, { remove: tuples });
  };
  if (!(await attempt(write, remove([...all.values()])))) return;
  for (const [key, ref] of all) {
    const why = await attempt(write, remove([ref]));
    for (const [row, one] of refs) if (why && tupleKey(one) === key) verdicts.set(row, why);
  }
}

function resultOf(write: Write, row: DecidedRow, verdict: Verdict): ReturnRow {
  const { line, collaborator, dossier } = row;
  const named = { row: line, collaborator, dossier };
  if (verdict === undefined) return { ...named, status: 'changed' };
  if (verdict === 'gone') return { ...named, status: 'unchanged' };
  return { ...named, status: 'refused', code: verdict.code, message: describe(verdict, write.request.language).detail };
}

/** A body that is too large is read to its end and not kept: cut off, its sender would not read the refusal. */
async function gather(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size <= maxFileBytes) pieces.push(piece);
    else pieces.length = 0;
  }
  if (size > maxFileBytes) throw problem('payload_too_large');
  return Buffer.concat(pieces);
}
