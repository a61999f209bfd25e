import { CursorCodec } from '#src/platform/cursor.js';
import { problem } from '#src/platform/errors.js';
import type { SigningKey } from '#src/platform/signing-key.js';
import type { Asker } from '#src/check/check.service.js';
import type { PageRequest } from './authzen.schema.js';

/** Many clients read one answer and no page: without a limit they get all there is, up to this. */
const largestPage = 10_000;

/**
 * The pages of one search (§8.2). A token is signed together with the search and remembers its limit, so the next
 * request may leave the limit out, but not change it or anything else.
 */
export class SearchPages {
  /** Where to begin, and how many to find. */
  readonly start: { after: string | null; limit: number };
  private readonly codec: CursorCodec;
  private readonly limit: number | null;

  /** @throws `invalid_cursor`, or `invalid_request` for a token with another limit than it was made with */
  constructor(key: SigningKey, { office, principal, actor }: Asker, search: unknown, page: PageRequest) {
    const who = principal.kind === 'key' ? ['key', principal.id, actor] : ['person', principal.subject];
    this.codec = new CursorCodec(key, [office, 'authzen', who, canonical(search)]);
    const [first, after] = this.codec.decode(page?.token || undefined) ?? [];
    const given = page?.limit ?? null;
    this.limit = first === undefined ? given : (first as number | null);
    if (given !== null && given !== this.limit) {
      const errors = [{ path: 'page.limit', message: 'not the limit that the token was made with' }];
      throw problem('invalid_request', {}, { errors });
    }
    this.start = {
      after: (after as string | undefined) ?? null,
      limit: Math.min(this.limit ?? largestPage, largestPage),
    };
  }

  /** The answer, with `page` first as some clients read it. An empty token says that nothing is left. */
  answer<Result>(results: Result[], next: { after: string | null } | null) {
    const next_token = next ? this.codec.encode([this.limit, next.after]) : '';
    return { page: { next_token, count: results.length }, results };
  }
}

/** The same value for the same search, in whatever order its members come. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return members.map(([name, member]) => [name, canonical(member)]);
}
