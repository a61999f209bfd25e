import { createHash, randomBytes } from 'node:crypto';
import { cookieName, cookieOf } from '#src/platform/cookies.js';
import type { PersonPrincipal } from '#src/platform/auth/principal.js';
import type { Session, Sessions } from '#src/platform/auth/session.js';
import { Database } from '#src/platform/database.js';
import type { PublicUrl } from '#src/platform/public-url.js';
import { rows } from '#src/platform/sql.js';
import { personKeys } from '#src/relations/person.js';
import type { Language, Profile } from '#src/relations/vocabulary.js';

/** How long a session lives. Both limits are by PostgreSQL's clock. */
export interface SessionLimits {
  idleMinutes: number;
  maxHours: number;
}

/** An office in which the person of a session is an active collaborator, and which one. */
export interface SessionOffice {
  office: string;
  name: string;
  language: Language;
  collaborator: {
    id: string;
    firstName: string;
    lastName: string;
    email: string;
    profile: Profile;
    language: Language;
  };
}

/** Someone who has just signed in. */
export interface SignedIn {
  person: PersonPrincipal;
  /** As the issuer gave it, where it wants it back at the sign-out. */
  idToken: string | null;
}

interface SessionRow {
  subject: string;
  email: string | null;
  email_verified: boolean | null;
  csrf_token: string;
  ends_at: string;
  idle_until: string;
}

interface OfficeRow {
  office: string;
  name: string;
  office_language: Language;
  id: string;
  first_name: string;
  last_name: string;
  email: string;
  profile: Profile;
  language: Language;
}

const tokenPattern = /^[A-Za-z0-9_-]{43}$/;

/** The sessions in PostgreSQL, where only the hash of each token is. Nothing of them is kept in memory. */
export class SessionStore implements Sessions {
  constructor(
    private readonly database: Database,
    private readonly publicUrl: PublicUrl,
    private readonly limits: SessionLimits,
  ) {}

  get cookie(): string {
    return cookieName('cardea', this.publicUrl.isSecure);
  }

  tokenOf(cookieHeader: string | undefined): string | undefined {
    return cookieOf(cookieHeader, this.cookie);
  }

  async find(token: string, { renews }: { renews: boolean }): Promise<Session | null> {
    if (!tokenPattern.test(token)) return null;
    const [row] = await this.database.query<SessionRow>(
      'use_session',
      'select * from use_session($1, make_interval(mins => $2), $3)',
      [hashToken(token), this.limits.idleMinutes, renews],
    );
    return row ? sessionOf(row) : null;
  }

  /**
   * Begins a session.
   *
   * @param replaced the hash of the token that the browser had before: that session ends
   * @returns the new token, or `null` where the person is an active collaborator of no office
   */
  async begin({ person, idToken }: SignedIn, replaced: Buffer | undefined): Promise<string | null> {
    const token = randomBytes(32).toString('base64url');
    const { id, email } = personKeys(person);
    const isBegun = await this.database.asOwner(async (em) => {
      // Locked: whoever deactivates one of them waits until the session is there, and then ends it.
      const held = await rows<{ office: string; id: string; status: string }>(
        em,
        `select office, id, status from collaborator where id = $1 or lower(email) = $2 order by office, id for share`,
        [id, email],
      );
      if (!held.some(({ status, ...own }) => status === 'active' && isSelf(own, held, id))) return false;
      await rows(
        em,
        `insert into session (hash, subject, email, email_verified, collaborator_id, collaborator_email, csrf_token,
           id_token, ends_at) values ($1, $2, $3, $4, $5, $6, $7, $8, now() + make_interval(hours => $9))`,
        [
          hashToken(token),
          person.subject,
          person.email ?? null,
          person.emailVerified ?? null,
          id,
          email,
          randomBytes(32).toString('base64url'),
          idToken,
          this.limits.maxHours,
        ],
      );
      await rows(em, 'delete from session where ends_at <= now() or hash = $1', [replaced ?? null]);
      return true;
    });
    return isBegun ? token : null;
  }

  /** Ends a session at once, on every instance. @returns what {@link begin} was given as its ID token */
  async end(token: string): Promise<string | null> {
    const [row] = await this.database.query<{ id_token: string | null }>(
      'end_session',
      'select * from end_session($1)',
      [hashToken(token)],
    );
    return row?.id_token ?? null;
  }

  /** Where the person of a session is an active collaborator, found as their requests are: see {@link personKeys}. */
  async officesOf(token: string): Promise<SessionOffice[]> {
    const found = await this.database.query<OfficeRow>('session_offices', 'select * from session_offices($1)', [
      hashToken(token),
    ]);
    return found.map(({ office, name, office_language, id, first_name, last_name, email, profile, language }) => ({
      office,
      name,
      language: office_language,
      collaborator: { id, firstName: first_name, lastName: last_name, email, profile, language },
    }));
  }
}

/** The SHA-256 of a token, under which its session is stored: random bits need no salt and no stretching. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** In one office, the collaborator with the id goes before the one with the address. */
function isSelf(
  one: { office: string; id: string },
  held: readonly { office: string; id: string }[],
  id: string | null,
) {
  return one.id === id || !held.some((other) => other.office === one.office && other.id === id);
}

function sessionOf({ subject, email, email_verified, csrf_token, ends_at, idle_until }: SessionRow): Session {
  const [end, idle] = [new Date(ends_at), new Date(idle_until)];
  return {
    person: {
      kind: 'person',
      subject,
      ...(email !== null && { email }),
      ...(email_verified !== null && { emailVerified: email_verified }),
    },
    csrfToken: csrf_token,
    expiresAt: end,
    idleUntil: idle < end ? idle : end,
  };
}
