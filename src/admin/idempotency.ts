import type { EntityManager } from '@mikro-orm/postgresql';
import { principalId } from '#src/platform/auth/principal.js';
import { problem } from '#src/platform/errors.js';
import { firstRow, rows } from '#src/platform/sql.js';
import { Answer } from '#src/platform/answer.js';
import type { WriteRequest } from './read-request.js';

interface Remembered {
  fingerprint: Buffer;
  status: number;
  body: Record<string, unknown>;
  etag: string | null;
}

/** How long an `Idempotency-Key` is remembered, in hours. */
const rememberedHours = 24;

/**
 * The answer given before to the same `Idempotency-Key`. The office's row is locked by now, so of two equal requests
 * the second one waits for the first and finds its answer.
 *
 * @throws `idempotency_key_reused` where the key came with another request
 */
export async function recallAnswer(em: EntityManager, request: WriteRequest): Promise<Answer | undefined> {
  if (request.idempotencyKey === undefined || request.dryRun) return undefined;
  const found = await firstRow<Remembered>(
    em,
    `select fingerprint, status, body, etag from idempotency
      where office = $1 and principal = $2 and key = $3 and created_at > now() - make_interval(hours => $4)`,
    [request.office, principalId(request.principal), request.idempotencyKey, rememberedHours],
  );
  if (!found) return undefined;
  if (!found.fingerprint.equals(request.fingerprint)) throw problem('idempotency_key_reused', {});
  return new Answer(found.body, found.status, found.etag ?? undefined);
}

/** Remembers the answer in the same transaction as the change, and forgets the office's answers past their time. */
export async function rememberAnswer(em: EntityManager, request: WriteRequest, answer: Answer): Promise<void> {
  if (request.idempotencyKey === undefined) return;
  await rows(em, `delete from idempotency where office = $1 and created_at <= now() - make_interval(hours => $2)`, [
    request.office,
    rememberedHours,
  ]);
  await rows(
    em,
    `insert into idempotency (office, principal, key, fingerprint, status, body, etag)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [
      request.office,
      principalId(request.principal),
      request.idempotencyKey,
      request.fingerprint,
      answer.status,
      JSON.stringify(answer.body),
      answer.etag ?? null,
    ],
  );
}
