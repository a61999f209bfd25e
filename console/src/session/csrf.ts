let token: string | undefined;

/** Kept in memory alone: the service gives it with the session, and wants it back with every write. */
export function keepCsrfToken(value: string): void {
  token = value;
}

export function csrfToken(): string | undefined {
  return token;
}
