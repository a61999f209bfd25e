import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { AbilityService } from '#src/ability/ability.service.js';
import { ActorsService } from '#src/ability/actors.service.js';
import { appendChanges } from '#src/audit/trail.js';
import { Database, isRetryable } from '#src/platform/database.js';
import { problem, warning } from '#src/platform/errors.js';
import { takeNextRevision } from '#src/relations/revision.js';
import { revisionToken } from '#src/relations/vocabulary.js';
import { Answer } from '#src/platform/answer.js';
import { Guard } from './guard.js';
import { recallAnswer, rememberAnswer } from './idempotency.js';
import type { AccessMap } from './access-map.js';
import { measureImpact, scopeOf, type ImpactScope } from './impact.js';
import { compareAccess } from './impact-report.js';
import { namesIn } from './names.js';
import { checkInvariants } from './invariants.js';
import { Write } from './write.js';
import type { WriteRequest } from './read-request.js';

/** What a use case gives back: the body to answer with, and the status and version where they are not the usual ones. */
export interface Outcome {
  body: Record<string, unknown>;
  status?: number;
  etag?: string;
  /** Members of the answer that are shown this once: no record of it keeps them, the idempotency key's included. */
  shownOnce?: Record<string, unknown>;
  /** Members that the preview of this write shows too, such as what would become of each row. */
  preview?: Record<string, unknown>;
}

export type Apply = (write: Write) => Promise<Outcome>;

export interface WriteOptions {
  /** Longest that the write may take, where it is known to be long. */
  deadlineMs?: number;
  /** Runs first in the transaction, before the office's row is taken: the making of an office. */
  before?: (em: EntityManager) => Promise<void>;
}

/** A dry run measures everyone's access twice. */
const previewDeadlineMs = 60_000;

/** A deadlock or a serialization failure undoes the whole write, which is then tried again this often. */
const maxAttempts = 5;

/** Carries what was measured out of the savepoint that it undoes. */
class Measured extends Error {
  constructor(
    readonly write: Write,
    readonly scope: ImpactScope,
    readonly after: AccessMap,
    readonly shown: Record<string, unknown>,
  ) {
    super('undoes a savepoint');
  }
}

/**
 * Carries an answer out of the transaction that it undoes, that of a dry run or one given before: not even the
 * revision is taken.
 */
class Unwritten extends Error {
  constructor(readonly answer: Answer) {
    super('undoes a write that changes nothing');
  }
}

/**
 * The one way facts change. Each write takes the office's revision first, so the writes of an office come one after
 * another; it applies, keeps the invariants, writes the trail and commits, all in one transaction.
 */
@Injectable()
export class RelationWriter {
  constructor(
    private readonly database: Database,
    private readonly abilities: AbilityService,
    private readonly actors: ActorsService,
  ) {}

  /**
   * Applies one write, or previews it where the request is a dry run.
   *
   * @throws whatever the use case refuses with; nothing is written then
   */
  async write(request: WriteRequest, apply: Apply, options: WriteOptions = {}): Promise<Answer> {
    const deadlineMs = request.dryRun ? previewDeadlineMs : options.deadlineMs;
    const work = async (em: EntityManager) => {
      await options.before?.(em);
      return this.attempt(em, request, apply);
    };
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.database.inOffice(request.office, work, deadlineMs === undefined ? {} : { deadlineMs });
      } catch (error) {
        if (error instanceof Unwritten) return error.answer;
        if (attempt >= maxAttempts || !isRetryable(error)) throw error;
        await sleep(Math.random() * 20 * 2 ** attempt);
      }
    }
  }

  private async attempt(em: EntityManager, request: WriteRequest, apply: Apply): Promise<Answer> {
    const office = await takeNextRevision(em, request.office);
    if (!office) throw problem('office_not_found');
    const recalled = await recallAnswer(em, request);
    if (recalled) throw new Unwritten(recalled);
    const actor = await this.actors.actorOf(em, request.office, request.principal, request.actor);
    const guard = new Guard(this.abilities, actor, office.settings, office.policySet);
    const begin = (inner: EntityManager) => new Write(inner, office, request, guard);
    if (request.dryRun) throw new Unwritten(await this.preview(em, begin, apply));

    const write = begin(em);
    const outcome = await apply(write);
    await this.finish(write);
    const answer = this.answerOf(write, outcome);
    await rememberAnswer(em, request, answer);
    return outcome.shownOnce
      ? new Answer({ ...answer.body, ...outcome.shownOnce }, answer.status, answer.etag)
      : answer;
  }

  /** The same code that applies the change, undone by a savepoint once its effect has been measured (rule 29). */
  private async preview(em: EntityManager, begin: (em: EntityManager) => Write, apply: Apply): Promise<Answer> {
    try {
      return await em.transactional(async (inner) => {
        const write = begin(inner);
        const { preview = {} } = await apply(write);
        await this.finish(write);
        const scope = await scopeOf(write);
        throw new Measured(write, scope, await measureImpact(this.abilities, write, inner, scope), preview);
      });
    } catch (error) {
      if (!(error instanceof Measured)) throw error;
      const { write, scope, after, shown } = error;
      const before = await measureImpact(this.abilities, write, em, scope);
      const impact = compareAccess(before, after);
      return new Answer({
        ...shown,
        dryRun: true,
        impact,
        names: await namesIn(em, write.office.id, impact),
        warnings: this.warningsOf(write),
        revision: revisionToken(write.revision - 1),
      });
    }
  }

  private async finish(write: Write): Promise<void> {
    await write.stampVersions();
    await checkInvariants(write);
    const { actor, request } = write;
    const origin = { actor: actor.label, via: actor.via, reason: request.reason, requestId: request.requestId };
    await appendChanges(write.em, write.office.id, write.revision, origin, write.entries());
  }

  private answerOf(write: Write, outcome: Outcome): Answer<Record<string, unknown>> {
    const body = { ...outcome.body, revision: revisionToken(write.revision), warnings: this.warningsOf(write) };
    return new Answer(body, outcome.status ?? 200, outcome.etag);
  }

  private warningsOf(write: Write) {
    return write.warnings.map(({ code, params }) => warning(code, params as never, write.request.language));
  }
}
