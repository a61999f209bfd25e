import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify, type JWTVerifyResult } from 'jose';
import { z } from 'zod';
import { UnavailableError } from '#src/platform/unavailable.js';
import { invalidToken } from './api-keys.js';
import type { PersonPrincipal } from './principal.js';

/** Whose tokens are accepted, and which of them are meant for us. Both are always checked. */
export interface OidcOptions {
  issuer: string;
  audience: string;
}

/**
 * Signatures by a private key only: with a shared secret, whoever can check a token could make one. The library's key
 * sets refuse shared secrets too; this list does not depend on that.
 */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

const clockToleranceSeconds = 5;
const timeoutMs = 2_000;
/** After a successful fetch of the keys, tokens with made-up key ids cannot cause another one this soon. */
const keysCooldownMs = 30_000;
/** After a failed discovery, requests are refused at once for this long instead of each waiting for a timeout. */
const retryDiscoveryMs = 1_000;
const maxTokenLength = 8_192;

const Discovery = z.object({ issuer: z.string(), jwks_uri: z.url({ protocol: /^https?$/ }) });

/** Who an issuer's claims are about; of an address it takes what the issuer says about it. */
export function personOf(claims: { sub: string; email?: unknown; email_verified?: unknown }): PersonPrincipal {
  const { sub, email, email_verified: emailVerified } = claims;
  return {
    kind: 'person',
    subject: sub,
    ...(typeof email === 'string' && { email }),
    // Some issuers write the boolean as a string.
    ...(emailVerified !== undefined && { emailVerified: emailVerified === true || emailVerified === 'true' }),
  };
}

type Keys = ReturnType<typeof createRemoteJWKSet>;

/** Verifies the access tokens of one OpenID Connect issuer. */
export class OidcVerifier {
  #keys: Promise<Keys> | undefined;
  #refuseUntil = 0;

  constructor(private readonly options: OidcOptions) {}

  /**
   * Who an access token stands for.
   *
   * @throws ProblemError `unauthenticated` when the token is not good
   * @throws UnavailableError when the issuer cannot be asked for its keys
   */
  async verify(token: string): Promise<PersonPrincipal> {
    if (token.length > maxTokenLength) throw invalidToken('token too long');
    const keys = await this.#discovered();
    const { payload, protectedHeader } = await this.#check(token, keys);
    refuseOtherTokens(payload, protectedHeader.typ);
    if (typeof payload.sub !== 'string' || payload.sub === '') throw invalidToken('no subject');
    return personOf({ ...payload, sub: payload.sub });
  }

  async #check(token: string, keys: Keys): Promise<JWTVerifyResult> {
    const { issuer, audience } = this.options;
    try {
      return await jwtVerify(token, keys, {
        issuer,
        audience,
        algorithms,
        clockTolerance: clockToleranceSeconds,
        requiredClaims: ['sub', 'exp'],
      });
    } catch (error) {
      if (isOurTrouble(error))
        throw new UnavailableError('the keys of the OIDC issuer cannot be fetched', { cause: error });
      throw invalidToken(error instanceof Error ? error.message : 'not a token');
    }
  }

  /** The issuer's keys; discovery happens at the first token, once for all that wait for it, and again if it failed. */
  #discovered(): Promise<Keys> {
    if (this.#keys) return this.#keys;
    if (Date.now() < this.#refuseUntil)
      return Promise.reject(new UnavailableError('the OIDC issuer cannot be reached'));
    this.#keys = discover(this.options.issuer).catch((cause: unknown) => {
      this.#keys = undefined;
      this.#refuseUntil = Date.now() + retryDiscoveryMs;
      throw new UnavailableError('discovery of the OIDC issuer failed', { cause });
    });
    return this.#keys;
  }
}

async function discover(issuer: string): Promise<Keys> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(timeoutMs) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const found = Discovery.parse(await response.json());
  // OpenID Connect Discovery 1.0 §4.3: they must be the same, to the letter.
  if (found.issuer !== issuer) throw new Error(`${url} describes another issuer`);
  if (issuer.startsWith('https:') && !found.jwks_uri.startsWith('https:')) throw new Error('jwks_uri is not https');
  return createRemoteJWKSet(new URL(found.jwks_uri), {
    timeoutDuration: timeoutMs,
    cooldownDuration: keysCooldownMs,
  });
}

/** Whether verifying failed because the keys could not be fetched, which says nothing about the token. */
function isOurTrouble(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return true;
  return !(error instanceof errors.JOSEError) || error.code === errors.JOSEError.code;
}

/**
 * Access tokens only. RFC 9068 gives them a type of their own, but many issuers still write `JWT` or nothing, so what
 * is told apart then is what only other tokens have: an ID token is for the client that signed the person in, and a
 * token bound to a key (`cnf`) is no bearer token.
 */
function refuseOtherTokens(payload: JWTPayload, type: string | undefined): void {
  const name = type?.toLowerCase().replace(/^application\//, '') ?? 'jwt';
  if (name !== 'at+jwt' && name !== 'jwt') throw invalidToken('not an access token');
  if (payload.cnf !== undefined) throw invalidToken('a token bound to a key is not a bearer token');
  const marks = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'];
  if (marks.some((mark) => mark in payload)) throw invalidToken('an ID token is not an access token');
  // Keycloak writes what a token is for in a claim of this name.
  if (payload.typ !== undefined && payload.typ !== 'Bearer') throw invalidToken('not a bearer token');
}
