import { problem } from '#src/platform/errors.js';
import { authenticateKey, challenge, type FindKey, invalidToken, keyPrefix } from './api-keys.js';
import type { OidcVerifier } from './oidc.js';
import type { Principal } from './principal.js';

/** The credential of RFC 6750 §2.1; the scheme's name in any case. */
const bearer = /^bearer +([\w.~+/-]+=*)$/i;

/** Finds out who a request comes from, by its `Authorization` header alone. */
export class Authenticator {
  /**
   * @param findKey looks a key up by its hash
   * @param oidc null when no issuer is configured: then only API keys are accepted
   */
  constructor(
    private readonly findKey: FindKey,
    private readonly oidc: OidcVerifier | null,
  ) {}

  /**
   * @param header `Authorization` as sent
   * @throws ProblemError `unauthenticated`
   * @throws UnavailableError when the key store or the issuer cannot be asked
   */
  async authenticate(header: string | undefined): Promise<Principal> {
    if (header === undefined) throw problem('unauthenticated', {}, { headers: challenge() });
    const credential = bearer.exec(header)?.[1];
    if (credential === undefined) throw invalidToken('not a bearer credential');
    if (credential.startsWith(keyPrefix)) return authenticateKey(credential, this.findKey);
    if (!this.oidc) throw invalidToken('no issuer is configured');
    return this.oidc.verify(credential);
  }
}
