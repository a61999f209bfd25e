import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { problem } from '#src/platform/errors.js';
import { invalidToken } from './api-keys.js';
import type { Session, Sessions } from './session.js';

/** What is read of a request. */
export interface CookieRequest {
  method: string;
  headers: IncomingHttpHeaders;
}

/** Requests that change nothing. A browser lets another site send them, and keeps the answer from it. */
const safeMethods = new Set(['GET', 'HEAD']);
/** Typed in by the person, or sent by a page of ours. Browsers that do not say are old, and the token stands against them. */
const ownSites = new Set([undefined, 'none', 'same-origin']);

/**
 * Admits requests by the cookie of a session. A browser adds the cookie to every request to the service, whichever page
 * makes it: so what changes something must also carry the session's CSRF token.
 */
export class SessionAuthenticator {
  constructor(private readonly sessions: Sessions) {}

  /**
   * @param options `renews`: see {@link Sessions.find}
   * @returns `undefined` where the request has no cookie of ours
   * @throws ProblemError `unauthenticated`, `cross_site_request` or `csrf_token_missing`
   */
  async admit({ method, headers }: CookieRequest, options: { renews: boolean }): Promise<Session | undefined> {
    const token = this.sessions.tokenOf(headers.cookie);
    if (token === undefined) return undefined;
    const site = headers['sec-fetch-site'];
    if (!ownSites.has(site)) throw problem('cross_site_request');
    const session = await this.sessions.find(token, options);
    if (!session) throw invalidToken('no such session, or one that has ended');
    if (!safeMethods.has(method) && !isSame(headers['x-csrf-token'], session.csrfToken))
      throw problem('csrf_token_missing');
    return session;
  }
}

/** In constant time: hashes have one length, whatever was sent. */
function isSame(sent: string | string[] | undefined, expected: string): boolean {
  if (typeof sent !== 'string') return false;
  return timingSafeEqual(digest(sent), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
