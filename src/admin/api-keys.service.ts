import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { generateApiKey, hashApiKey } from '#src/platform/auth/api-keys.js';
import { hasScope, type Scope } from '#src/platform/auth/principal.js';
import { problem } from '#src/platform/errors.js';
import { firstRow, rows } from '#src/platform/sql.js';
import type { Answer } from '#src/platform/answer.js';
import type { ApiKeyPost } from './api-key.schema.js';
import { OfficeReader } from './office-reader.js';
import type { PageRequest, ReadRequest, WriteRequest } from './read-request.js';
import { RelationWriter } from './relation-writer.js';
import { refusePastExpiry } from './tuple-changes.js';

interface KeyRow {
  id: string;
  name: string;
  scopes: Scope[];
  createdAt: string;
  createdBy: string;
  expiresAt: string | null;
  revokedAt: string | null;
}

const iso = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
const columns = `id, name, scopes, ${iso('created_at')} as "createdAt", created_by as "createdBy",
  ${iso('expires_at')} as "expiresAt", ${iso('revoked_at')} as "revokedAt"`;

/** The office's API keys. A key is shown once, when it is made; the trail names it by id and never holds its hash. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly writer: RelationWriter,
    private readonly reader: OfficeReader,
  ) {}

  /**
   * The key itself is in this one answer only: a repetition under the same `Idempotency-Key` answers without it.
   *
   * @throws `insufficient_scope` for a scope that the caller lacks: nobody gives away more than they have;
   *   `expiry_in_the_past`
   */
  create(request: WriteRequest, body: ApiKeyPost): Promise<Answer> {
    const missing = body.scopes.find((scope) => !hasScope(request.principal, [scope]));
    if (missing) throw problem('insufficient_scope', { scope: missing });
    const key = generateApiKey();
    const id = body.id ?? uuidv7();
    return this.writer.write(request, async (write) => {
      write.guard.require('office', 'manage_keys', { id: write.office.id });
      await refusePastExpiry(write.em, [body.expiresAt]);
      const made = await firstRow<KeyRow>(
        write.em,
        `insert into api_key (office, id, name, hash, scopes, created_by, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning ${columns}`,
        [write.office.id, id, body.name, hashApiKey(key), body.scopes, write.actor.label, body.expiresAt ?? null],
      );
      if (!made) throw problem('id_taken', { type: 'api_key', id });
      write.recordEntity(`api_key:${id}`, 'create', null, recorded(made));
      return { body: { ...made }, shownOnce: { key }, status: 201 };
    });
  }

  list(request: ReadRequest, page: PageRequest) {
    return this.reader.read(request, async (view) => {
      view.guard.require('office', 'manage_keys', { id: view.office.id });
      return this.reader.page(request, page, view, {
        name: 'api-keys',
        rows: (after, most) =>
          rows<KeyRow>(
            view.em,
            `select ${columns} from api_key where office = $1 and ($2::text is null or id > $2) order by id limit $3`,
            [view.office.id, after?.[0] ?? null, most],
          ),
        position: (row) => [row.id],
        total: async () => {
          const row = await firstRow<{ n: string }>(view.em, 'select count(*) n from api_key where office = $1', [
            view.office.id,
          ]);
          return Number(row?.n ?? 0);
        },
        items: (found) => found,
      });
    });
  }

  /** Ends the key at once; its row stays, for the trail names it. */
  revoke(request: WriteRequest, id: string): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      write.guard.require('office', 'manage_keys', { id: write.office.id });
      const where = 'where office = $1 and id = $2';
      const known = await firstRow<KeyRow>(write.em, `select ${columns} from api_key ${where}`, [write.office.id, id]);
      if (!known) throw problem('not_found', { type: 'api_key', id });
      if (known.revokedAt !== null) return { body: { ...known } };
      const revoked = await firstRow<KeyRow>(
        write.em,
        `update api_key set revoked_at = now() ${where} returning ${columns}`,
        [write.office.id, id],
      );
      write.recordEntity(`api_key:${id}`, 'revoke', recorded(known), revoked ? recorded(revoked) : null);
      return { body: { ...revoked } };
    });
  }
}

/** What the trail says of a key: whatever it may do and until when, and nothing of the key itself. */
function recorded({ name, scopes, expiresAt, revokedAt }: KeyRow) {
  return { name, scopes, expiresAt, revokedAt };
}
