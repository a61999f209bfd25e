import { createHash } from 'node:crypto';
import type { PolicyBundles } from '#src/ability/bundles.js';
import { problem, ProblemError } from '#src/platform/errors.js';
import type { WriteRequest } from '#src/admin/read-request.js';
import type { RelationWriter } from '#src/admin/relation-writer.js';
import type { Write } from '#src/admin/write.js';
import { applyCollaborators } from './apply-collaborators.js';
import { applyDossiers } from './apply-dossiers.js';
import { applyEntities } from './apply-entities.js';
import { applyGroupTuples } from './apply-group-tuples.js';
import { applyGroupNames, applyGroups } from './apply-groups.js';
import { applyOffice } from './apply-office.js';
import { maxUnitLines, type Chunk, type Unit } from './chunks.js';
import { ChunkReport, refusedLine } from './report.js';
import type { ChunkAnswer } from './tally.js';

/** A chunk takes a fraction of a second; on a machine under load, or behind other writes of the office, it may wait. */
const chunkDeadlineMs = 30_000;
/** What keeps collaborators from losing a right that something needs, which a later line may give to another. */
const neededUntilReplaced = new Set<string>(['last_admin', 'private_needs_manager', 'last_manager']);
const maxDeferred = 1_000;

/**
 * Applies chunks, each in one atomic write. Where a write fails because of what is in it, its halves are tried, and so
 * on, until only the culprits are left out.
 */
export class ChunkWriter {
  /** Collaborators that could not be changed yet. */
  #deferred: Unit[] | undefined = [];

  /** @param fingerprint of the whole import: the same key with another import is refused before anything is applied */
  constructor(
    private readonly writer: RelationWriter,
    private readonly bundles: PolicyBundles,
    private readonly request: WriteRequest,
    private readonly fingerprint: Buffer,
  ) {}

  /** @throws what stops the import as a whole, such as `forbidden` or `idempotency_key_reused` */
  async apply(chunk: Chunk): Promise<ChunkAnswer[]> {
    try {
      return [await this.#write(chunk)];
    } catch (error) {
      const refusal = refusalOf(error);
      if (!refusal) throw error;
      const middle = chunk.units.length >> 1;
      if (middle === 0) return this.#leaveOut(chunk, refusal);
      const half = (suffix: string, units: readonly Unit[]) => ({ ...chunk, name: chunk.name + suffix, units });
      const first = await this.apply(half('a', chunk.units.slice(0, middle)));
      return [...first, ...(await this.apply(half('b', chunk.units.slice(middle))))];
    }
  }

  /** Tries again what had to wait for the rest of the import: a manager who goes once another one is there. */
  async *applyDeferred(): AsyncGenerator<ChunkAnswer[]> {
    const waiting = this.#deferred ?? [];
    this.#deferred = undefined;
    for (const [index, unit] of waiting.entries()) {
      yield this.apply({ name: `again-${index}`, stage: 'collaborators', units: [unit], hash: Buffer.alloc(0) });
    }
  }

  async #write(chunk: Chunk): Promise<ChunkAnswer> {
    const key = this.request.idempotencyKey;
    const request: WriteRequest = {
      ...this.request,
      ifMatch: undefined,
      idempotencyKey: key === undefined ? undefined : `${shortened(key)}#${chunk.name}`,
      fingerprint: createHash('sha256').update(this.fingerprint).update(chunk.hash).update(chunk.name).digest(),
    };
    const apply = async (write: Write) => {
      write.guard.require('office', 'import', { id: write.office.id });
      const report = new ChunkReport(request.language);
      await this.#applyStage(write, chunk, report);
      for (const line of chunk.units.flatMap(({ tooMany }) => tooMany)) {
        report.refuse(line, problem('too_many_items', { max: maxUnitLines }));
      }
      return { body: { ...report.outcome() } };
    };
    return (await this.writer.write(request, apply, { deadlineMs: chunkDeadlineMs })).body as ChunkAnswer;
  }

  #applyStage(write: Write, { stage, units }: Chunk, report: ChunkReport): Promise<void> {
    switch (stage) {
      case 'office_first':
      case 'office':
        return applyOffice(write, units, report, { bundles: this.bundles, isFirst: stage === 'office_first' });
      case 'collaborators':
        return applyCollaborators(write, units, report);
      case 'collaborator_groups':
        return applyGroups(write, 'collaborator_group', units, report);
      case 'client_groups':
        return applyGroups(write, 'client_group', units, report);
      case 'client_group_names':
        return applyGroupNames(write, units, report);
      case 'entities':
        return applyEntities(write, units, report);
      case 'group_exclusions':
      case 'group_members':
        return applyGroupTuples(write, units, report);
      case 'dossiers':
        return applyDossiers(write, units, report);
    }
  }

  #leaveOut({ stage, units }: Chunk, refusal: ProblemError): ChunkAnswer[] {
    const deferred = this.#deferred;
    if (
      stage === 'collaborators' &&
      neededUntilReplaced.has(refusal.code) &&
      deferred &&
      deferred.length < maxDeferred
    ) {
      deferred.push(...units);
      return [];
    }
    const lines = units.flatMap(({ records, tooMany }) => [...records.map(({ line }) => line), ...tooMany]);
    const refused = lines.map((line) => refusedLine(line, refusal, this.request.language));
    return [{ counts: {}, applied: 0, refused, warnings: [] }];
  }
}

/** The refusal that an error of one line comes down to; `undefined` for what stops the import. */
function refusalOf(error: unknown): ProblemError | undefined {
  if (error instanceof ProblemError) {
    const isAboutContent = [400, 409, 422].includes(error.status) && error.code !== 'idempotency_key_reused';
    return isAboutContent ? error : undefined;
  }
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  // Data exceptions and broken constraints: the lines were checked before, so this is the last wall.
  if (typeof code !== 'string' || !/^2[23][0-9A-Z]{3}$/.test(code)) return undefined;
  const message = typeof constraint === 'string' ? constraint : code;
  return problem('invalid_request', {}, { cause: error, errors: [{ path: '', message }] });
}

/** A key may be as long as the table allows, and the chunk's name comes behind it. */
function shortened(key: string): string {
  return key.length <= 200 ? key : createHash('sha256').update(key).digest('hex');
}
