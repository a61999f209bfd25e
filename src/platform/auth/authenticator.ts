import { problem } from '#src/platform/errors.js';
import { authenticateKey, challenge, type FindKey, invalidToken, keyPrefix } from './api-keys.js';
import type { OidcVerifier } from './oidc.js';
import type { Principal } from './principal.js';
import type { Session } from './session.js';
import type { CookieRequest, SessionAuthenticator } from './session-authenticator.js';

/** The credential of RFC 6750 §2.1; the scheme's name in any case. */
const bearer = /^bearer +([\w.~+/-]+=*)$/i;

/** Who a request comes from. */
export interface Caller {
  principal: Principal;
  /** Where a session is what they came with. */
  session?: Session;
}

/** Finds out who a request comes from: by its `Authorization` header, or where there is none by its session cookie. */
export class Authenticator {
  /**
   * @param findKey looks a key up by its hash
   * @param oidc null when no issuer is configured: then only API keys are accepted
   * @param sessions null when nobody can sign in at a browser
   */
  constructor(
    private readonly findKey: FindKey,
    private readonly oidc: OidcVerifier | null,
    private readonly sessions: SessionAuthenticator | null = null,
  ) {}

  /**
   * @param options `renews`: whether a session is to live longer for it
   * @throws ProblemError `unauthenticated`; with a cookie also `cross_site_request` and `csrf_token_missing`
   * @throws UnavailableError when the key store, the sessions or the issuer cannot be asked
   */
  async authenticate(request: CookieRequest, options = { renews: true }): Promise<Caller> {
    const { authorization } = request.headers;
    // With a credential of its own a request says who it comes from: a cookie that a browser added counts for nothing.
    if (authorization !== undefined) return { principal: await this.byHeader(authorization) };
    const session = await this.sessions?.admit(request, options);
    if (!session) throw problem('unauthenticated', {}, { headers: challenge() });
    return { principal: session.person, session };
  }

  private async byHeader(header: string): Promise<Principal> {
    const credential = bearer.exec(header)?.[1];
    if (credential === undefined) throw invalidToken('not a bearer credential');
    if (credential.startsWith(keyPrefix)) return authenticateKey(credential, this.findKey);
    if (!this.oidc) throw invalidToken('no issuer is configured');
    return this.oidc.verify(credential);
  }
}
