import '#src/platform/auth/request.js';
import type { Session } from '#src/platform/auth/session.js';
import { problem } from '#src/platform/errors.js';
import type { SessionStore } from './session-store.js';

/** What is read of a request of a browser. */
export interface BrowserRequest {
  url: string;
  headers: { cookie?: string | undefined; host?: string | undefined };
  /** What admitted it; see the guard. */
  session?: Session | undefined;
}

/**
 * The session that admitted a request, and its token.
 *
 * @throws ProblemError `unauthenticated` for a caller who came with another credential, whatever cookie came along
 */
export function sessionOf(request: BrowserRequest, store: SessionStore): { session: Session; token: string } {
  const { session, headers } = request;
  const token = store.tokenOf(headers.cookie);
  if (!session || token === undefined) throw problem('unauthenticated', {}, { internal: 'no session' });
  return { session, token };
}
