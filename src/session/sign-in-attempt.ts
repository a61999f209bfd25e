import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { cookieName, cookieOf, removeCookie, setCookie, type CookieOptions } from '#src/platform/cookies.js';
import type { SigningKey } from '#src/platform/signing-key.js';

/** How long someone may take to sign in at the issuer. */
const maxAgeSeconds = 600;

const attemptSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  /** Of PKCE: the proof that whoever brings the code also asked for it. */
  verifier: z.string(),
  returnTo: z.string(),
  /** The hash of the session that the browser had, in hex. */
  replaced: z.string().optional(),
  untilMs: z.number(),
});

/** What the service must know again when the issuer sends someone back. */
export type SignInAttempt = Omit<z.infer<typeof attemptSchema>, 'untilMs'>;

/**
 * Sign-ins under way. Each is in a signed cookie of the browser that began it, so nothing of it is stored and any
 * instance can end it. It has a name of its own: someone may begin in two tabs.
 */
export class SignInAttempts {
  private readonly cookie: CookieOptions;

  constructor(
    private readonly key: SigningKey,
    private readonly isSecure: boolean,
  ) {
    // Lax: the issuer is another site, and it is that site which leads the browser back.
    this.cookie = { sameSite: 'Lax', isSecure };
  }

  /** @returns a `Set-Cookie` */
  remember(attempt: SignInAttempt): string {
    const text = JSON.stringify({ ...attempt, untilMs: Date.now() + maxAgeSeconds * 1_000 });
    const payload = Buffer.from(text).toString('base64url');
    const signature = this.key.sign('sign-in', payload).toString('base64url');
    return setCookie(this.nameFor(attempt.state), `${payload}.${signature}`, { ...this.cookie, maxAgeSeconds });
  }

  /**
   * @param header `Cookie` as sent
   * @param state as the issuer sent it back
   * @returns the attempt that this browser began with that state, or `undefined`
   */
  recall(header: string | undefined, state: string): SignInAttempt | undefined {
    const [payload = '', signature = ''] = (cookieOf(header, this.nameFor(state)) ?? '').split('.');
    if (!this.key.verify(Buffer.from(signature, 'base64url'), 'sign-in', payload)) return undefined;
    const { untilMs, ...attempt } = attemptSchema.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    return Date.now() < untilMs && isSame(attempt.state, state) ? attempt : undefined;
  }

  /** @returns a `Set-Cookie`: an attempt is ended once, whatever comes of it */
  forget(state: string): string {
    return removeCookie(this.nameFor(state), this.cookie);
  }

  private nameFor(state: string): string {
    return cookieName(`cardea-sign-in-${state.slice(0, 12)}`, this.isSecure);
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
