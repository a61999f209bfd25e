import type { PersonPrincipal } from './principal.js';

/** Someone who is signed in at a browser. */
export interface Session {
  person: PersonPrincipal;
  /** What every request that changes something repeats, and another site cannot know. */
  csrfToken: string;
  /** The end, whatever happens. */
  expiresAt: Date;
  /** The end where no further request comes. */
  idleUntil: Date;
}

/** Where a session is found. */
export interface Sessions {
  /** The token of a request: the value of its cookie. `undefined` where it has none, or several. */
  tokenOf(cookieHeader: string | undefined): string | undefined;
  /**
   * The session of a token. Asked for every request: one that has ended must not work a moment longer.
   *
   * @param options `renews`: whether the request counts against the idle limit
   * @returns `null` for none, one that was ended, and one past a limit
   * @throws UnavailableError when PostgreSQL cannot be asked
   */
  find(token: string, options: { renews: boolean }): Promise<Session | null>;
}
