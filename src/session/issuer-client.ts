import * as oidc from 'openid-client';
import { personOf } from '#src/platform/auth/oidc.js';
import { problem } from '#src/platform/errors.js';
import { UnavailableError } from '#src/platform/unavailable.js';
import type { SignedIn } from './session-store.js';

/** The issuer, and the client that this service is to it. */
export interface IssuerOptions {
  issuer: string;
  clientId: string;
  /** `undefined` for a public client, for which PKCE is the only proof. */
  clientSecret: string | undefined;
}

/** What an authorization request is made with, and its answer checked by. */
export interface Proofs {
  state: string;
  nonce: string;
  verifier: string;
}

const timeoutSeconds = 5;
/** By OpenID Connect Core 1.0 §2: ASCII, and no more than this. */
const subjectPattern = /^[\x20-\x7E]{1,255}$/;
const maxEmailLength = 254;
const maxIdTokenLength = 8_192;

/** Speaks the authorization code flow with the issuer, with PKCE, state and nonce. */
export class IssuerClient {
  #discovered: Promise<oidc.Configuration> | undefined;

  constructor(private readonly options: IssuerOptions) {}

  static newProofs(): Proofs {
    return { state: oidc.randomState(), nonce: oidc.randomNonce(), verifier: oidc.randomPKCECodeVerifier() };
  }

  /** Where a browser goes to sign in. @throws UnavailableError */
  async authorizationUrl(redirectUri: string, { state, nonce, verifier }: Proofs): Promise<string> {
    const url = oidc.buildAuthorizationUrl(await this.discovered(), {
      redirect_uri: redirectUri,
      scope: 'openid email',
      state,
      nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    return url.href;
  }

  /**
   * Who came back from the issuer.
   *
   * @param answer the address that the browser was sent back to
   * @throws ProblemError `sign_in_failed` for whatever does not fit; UnavailableError where the issuer does not answer
   */
  async exchange(answer: URL, { state, nonce, verifier }: Proofs): Promise<SignedIn> {
    const config = await this.discovered();
    try {
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
      const tokens = await oidc.authorizationCodeGrant(config, answer, checks);
      const claims = tokens.claims();
      if (!claims || !subjectPattern.test(claims.sub)) throw new Error('the subject is none');
      const told = claims.email === undefined ? await this.userInfo(config, tokens.access_token, claims.sub) : claims;
      const { email, email_verified } = told;
      const isKept = typeof email === 'string' && email.length <= maxEmailLength && !email.includes('\0');
      return {
        person: personOf({ sub: claims.sub, email_verified, ...(isKept && { email }) }),
        idToken: this.idTokenToKeep(config, tokens.id_token),
      };
    } catch (error) {
      throw failureOf(error);
    }
  }

  /** Where a browser goes to end its session at the issuer too; `null` where the issuer has no such page. */
  async endSessionUrl(idToken: string | null, leadsTo: string): Promise<string | null> {
    const config = await this.discovered();
    if (config.serverMetadata().end_session_endpoint === undefined) return null;
    const hint: Record<string, string> = idToken === null ? {} : { id_token_hint: idToken };
    return oidc.buildEndSessionUrl(config, { post_logout_redirect_uri: leadsTo, ...hint }).href;
  }

  /** Many issuers put the address here and not into the ID token. */
  private async userInfo(
    config: oidc.Configuration,
    accessToken: string,
    subject: string,
  ): Promise<{ email?: unknown; email_verified?: unknown }> {
    if (config.serverMetadata().userinfo_endpoint === undefined) return {};
    return oidc.fetchUserInfo(config, accessToken, subject);
  }

  private idTokenToKeep(config: oidc.Configuration, idToken: string | undefined): string | null {
    const isWanted = config.serverMetadata().end_session_endpoint !== undefined;
    return isWanted && idToken !== undefined && idToken.length <= maxIdTokenLength ? idToken : null;
  }

  /** Discovery happens at the first sign-in, and again if it failed. */
  private discovered(): Promise<oidc.Configuration> {
    this.#discovered ??= discover(this.options).catch((cause: unknown) => {
      this.#discovered = undefined;
      throw new UnavailableError('discovery of the OIDC issuer failed', { cause });
    });
    return this.#discovered;
  }
}

async function discover({ issuer, clientId, clientSecret }: IssuerOptions): Promise<oidc.Configuration> {
  // The settings accept plain HTTP for this machine only.
  const insecure = issuer.startsWith('http:') ? [oidc.allowInsecureRequests] : [];
  const execute = [...insecure, oidc.enableNonRepudiationChecks];
  const found = await oidc.discovery(new URL(issuer), clientId, undefined, oidc.None(), {
    execute,
    timeout: timeoutSeconds,
  });
  const server = found.serverMetadata();
  const config = new oidc.Configuration(server, clientId, undefined, authentication(server, clientSecret));
  for (const method of execute) method(config);
  config.timeout = timeoutSeconds;
  return config;
}

/** `client_secret_basic` is what an issuer takes that says nothing (OpenID Connect Discovery 1.0 §3). */
function authentication(server: oidc.ServerMetadata, secret: string | undefined): oidc.ClientAuth {
  if (secret === undefined) return oidc.None();
  const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  return methods.includes('client_secret_basic') ? oidc.ClientSecretBasic(secret) : oidc.ClientSecretPost(secret);
}

/** Whatever the issuer, or somebody in its name, answered is a failed sign-in; no answer at all is not. */
function failureOf(error: unknown): Error {
  if (isNoAnswer(error)) return new UnavailableError('the OIDC issuer does not answer', { cause: error });
  const internal = error instanceof Error ? error.message : String(error);
  return problem('sign_in_failed', {}, { internal, cause: error });
}

function isNoAnswer(error: unknown): boolean {
  if (error instanceof TypeError) return !('code' in error);
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (code === 'OAUTH_TIMEOUT' || code === 'OAUTH_ABORT') return true;
  return code === 'OAUTH_RESPONSE_IS_NOT_CONFORM' && cause instanceof Response && cause.status >= 500;
}
