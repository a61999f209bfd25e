import { Injectable } from '@nestjs/common';
import type { PersonPrincipal } from '#src/platform/auth/principal.js';
import { removeCookie, setCookie } from '#src/platform/cookies.js';
import { problem } from '#src/platform/errors.js';
import { PublicUrl } from '#src/platform/public-url.js';
import { SigningKey } from '#src/platform/signing-key.js';
import { UnavailableError } from '#src/platform/unavailable.js';
import { sessionOf, type BrowserRequest } from './browser-request.js';
import { IssuerClient } from './issuer-client.js';
import { home, returnTo } from './return-to.js';
import { hashToken, SessionStore } from './session-store.js';
import { SignInAttempts } from './sign-in-attempt.js';

/** Where a browser goes next, and what it keeps. */
export interface Onward {
  location: string;
  cookies: string[];
  /** Who has just signed in, for the access log. */
  person?: PersonPrincipal;
}

/** Marks a sign-in that was led to the service's own address already, so that none goes in circles behind a proxy. */
const moved = 'moved';

/** Signs people in and out, by the authorization code flow of OpenID Connect. */
@Injectable()
export class SignInService {
  constructor(
    private readonly sessions: SessionStore,
    private readonly issuer: IssuerClient | null,
    private readonly publicUrl: PublicUrl,
    private readonly signingKey: SigningKey,
  ) {}

  /** @throws ProblemError `sign_in_not_configured`; UnavailableError where the issuer cannot be asked */
  async begin({ url, headers }: BrowserRequest): Promise<Onward> {
    const issuer = this.requireIssuer();
    const query = queryOf(url);
    const wanted = query.get('returnTo');
    // The issuer leads back to this address and to no other, and only there the browser shows the cookie of its attempt.
    if (headers.host !== new URL(this.publicUrl.base).host && !query.has(moved)) {
      const there = new URLSearchParams({ returnTo: returnTo(wanted), [moved]: '' });
      return { location: `${this.publicUrl.base}/session/sign-in?${there.toString()}`, cookies: [] };
    }
    const proofs = IssuerClient.newProofs();
    const before = this.sessions.tokenOf(headers.cookie);
    const attempt = {
      ...proofs,
      returnTo: returnTo(wanted),
      // The session's cookie does not come along when the issuer, another site, leads the browser back.
      ...(before !== undefined && { replaced: hashToken(before).toString('hex') }),
    };
    const location = await issuer.authorizationUrl(this.redirectUri, proofs);
    return { location, cookies: [this.attempts.remember(attempt)] };
  }

  /**
   * Ends the attempt that the browser began, with a session where it succeeded.
   *
   * @throws ProblemError `sign_in_failed`, `no_active_collaborator`; UnavailableError
   */
  async finish({ url, headers }: BrowserRequest): Promise<Onward> {
    const issuer = this.requireIssuer();
    const answer = new URL(this.redirectUri);
    answer.search = queryOf(url).toString();
    const [state, second] = answer.searchParams.getAll('state');
    const attempt =
      state === undefined || second !== undefined ? undefined : this.attempts.recall(headers.cookie, state);
    if (!attempt) throw problem('sign_in_failed', {}, { internal: 'the browser did not begin this' });
    const signedIn = await issuer.exchange(answer, attempt);
    const replaced = attempt.replaced === undefined ? undefined : Buffer.from(attempt.replaced, 'hex');
    const token = await this.sessions.begin(signedIn, replaced);
    if (token === null) throw problem('no_active_collaborator');
    return {
      location: this.publicUrl.base + attempt.returnTo,
      cookies: [setCookie(this.sessions.cookie, token, this.sessionCookie)],
      person: signedIn.person,
    };
  }

  /** The cookie of an attempt that failed: an answer of the issuer is used once. */
  cookiesToForget({ url }: BrowserRequest): string[] {
    const state = queryOf(url).get('state') ?? '';
    return /^[A-Za-z0-9_-]{43}$/.test(state) ? [this.attempts.forget(state)] : [];
  }

  /**
   * Ends the session of a browser, here and where the answer leads, at the issuer.
   *
   * @returns `signOutUrl`: `null` where the issuer has no page for it
   * @throws ProblemError `unauthenticated`
   */
  async signOut(request: BrowserRequest): Promise<{ signOutUrl: string | null; cookies: string[] }> {
    const idToken = await this.sessions.end(sessionOf(request, this.sessions).token);
    return {
      signOutUrl: await this.endSessionUrl(idToken),
      cookies: [removeCookie(this.sessions.cookie, this.sessionCookie)],
    };
  }

  private async endSessionUrl(idToken: string | null): Promise<string | null> {
    try {
      return (await this.issuer?.endSessionUrl(idToken, this.publicUrl.base + home)) ?? null;
    } catch (error) {
      // The session has ended here: an issuer that cannot be asked must not keep the browser from hearing it.
      if (error instanceof UnavailableError) return null;
      throw error;
    }
  }

  private requireIssuer(): IssuerClient {
    if (!this.issuer) throw problem('sign_in_not_configured');
    return this.issuer;
  }

  private get redirectUri(): string {
    return `${this.publicUrl.base}/session/callback`;
  }

  private get attempts(): SignInAttempts {
    return new SignInAttempts(this.signingKey, this.publicUrl.isSecure);
  }

  private get sessionCookie() {
    return { sameSite: 'Strict', isSecure: this.publicUrl.isSecure } as const;
  }
}

/** The query of a request's target. */
function queryOf(url: string): URLSearchParams {
  const at = url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
}
