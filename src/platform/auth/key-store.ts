import type { Database } from '#src/platform/database.js';
import type { KeyToStore } from '#src/platform/bootstrap.js';
import { rows } from '#src/platform/sql.js';
import type { FindKey, FoundKey } from './api-keys.js';
import type { Scope } from './principal.js';

interface KeyRow {
  hash: Buffer;
  office: string | null;
  id: string;
  name: string;
  scopes: Scope[];
  revoked_at: string | null;
  expires_at: string | null;
  as_of: string;
  now: string;
}

const date = (text: string | null) => (text === null ? null : new Date(text));

/** Finds keys in PostgreSQL, by one prepared statement. */
export function findKeyIn(database: Database): FindKey {
  return async (hash: Buffer): Promise<FoundKey | null> => {
    const [row] = await database.query<KeyRow>(
      'find_api_key',
      'select f.*, statement_timestamp() as now from find_api_key($1) f',
      [hash],
    );
    if (!row) return null;
    const { revoked_at, expires_at, as_of, now, ...key } = row;
    return {
      ...key,
      revokedAt: date(revoked_at),
      expiresAt: date(expires_at),
      asOf: Number(as_of),
      now: new Date(now),
    };
  };
}

/** Stores a key of the platform; the same id again replaces its hash and revives it. */
export async function storePlatformKey(database: Database, key: KeyToStore): Promise<void> {
  await database.asOwner((em) =>
    rows(
      em,
      `insert into platform_key (id, name, hash, scopes) values ($1, $2, $3, $4)
       on conflict (id) do update set name = excluded.name, hash = excluded.hash, scopes = excluded.scopes, revoked_at = null`,
      [key.id, key.name, key.hash, key.scopes],
    ),
  );
}
