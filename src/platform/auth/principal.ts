/** What an API key may be used for. `operate` is the service itself: metrics and what runs it. */
export const scopes = ['check', 'read', 'write', 'operate'] as const;
export type Scope = (typeof scopes)[number];

/** An API key of one office, or of the platform (`office` is null: every office). */
export interface KeyPrincipal {
  readonly kind: 'key';
  readonly office: string | null;
  readonly id: string;
  readonly scopes: readonly Scope[];
  /** The revision of its office, or of the platform, at which it was found good. */
  readonly asOf: number;
  /** When it ends, in milliseconds since 1970 by PostgreSQL's clock; `Infinity` for never. */
  readonly expiresAtMs: number;
}

/** A person by their access token; which collaborator they are in an office is for the admin room to find. */
export interface PersonPrincipal {
  readonly kind: 'person';
  readonly subject: string;
  readonly email?: string;
  /**
   * Whether the issuer vouches for the address; absent where it does not say. An address that someone could type in
   * for themselves must not identify them.
   */
  readonly emailVerified?: boolean;
}

/** Who a request comes from. */
export type Principal = KeyPrincipal | PersonPrincipal;

/** What a person may ask at all; the policies decide the rest. Nobody operates the service with a person's token. */
const personScopes: readonly Scope[] = ['check', 'read', 'write'];

/** Whether a principal has at least one of the scopes. */
export function hasScope(principal: Principal, any: readonly Scope[]): boolean {
  const held = principal.kind === 'key' ? principal.scopes : personScopes;
  return any.some((scope) => held.includes(scope));
}

/**
 * A principal in a log line, an audit entry or a record: `key:<id>`, `platform-key:<id>` or `person:<subject>`. An
 * office's key and one of the platform may have the same id, and are still two.
 */
export function principalId(principal: Principal): string {
  if (principal.kind === 'person') return `person:${principal.subject}`;
  return `${principal.office === null ? 'platform-key' : 'key'}:${principal.id}`;
}
