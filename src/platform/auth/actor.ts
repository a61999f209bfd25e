import { problem } from '#src/platform/errors.js';
import { challenge } from './api-keys.js';
import { hasScope, type Principal } from './principal.js';

/** An id (see `docs`): one only, so a header sent twice, which Node joins with a comma, does not fit. */
const id = /^[A-Za-z0-9][A-Za-z0-9._:@|/+=-]{0,127}$/;

/**
 * The collaborator that an API key acts for.
 *
 * @param header `Cardea-Actor` as sent
 * @returns `undefined` when there is none: the key acts as the office's own system
 * @throws ProblemError `invalid_actor` when it is no id or comes with a person's token, who can only be themselves;
 *   `insufficient_scope` with a key that may neither read nor write
 */
export function actorOf(header: string | string[] | undefined, principal: Principal): string | undefined {
  if (header === undefined) return undefined;
  if (principal.kind !== 'key' || typeof header !== 'string' || !id.test(header)) throw problem('invalid_actor');
  if (!hasScope(principal, ['read', 'write'])) {
    const headers = challenge('error="insufficient_scope"', 'scope="read write"');
    throw problem('insufficient_scope', { scope: 'read / write' }, { headers });
  }
  return header;
}
