/** What a cookie of ours is made with: all are for the server alone, and for every path. */
export interface CookieOptions {
  sameSite: 'Lax' | 'Strict';
  /** Sent over TLS only. Needed for a name that begins with `__Host-`. */
  isSecure: boolean;
  /** `undefined`: until the browser is closed. */
  maxAgeSeconds?: number;
}

/**
 * One cookie of a request. Libraries take the first of two with the same name; here two are none: another site of the
 * domain may have set the second, and which one is first is its choice (RFC 6265 §5.4).
 *
 * @param header `Cookie` as sent
 * @param name in its case
 */
export function cookieOf(header: string | undefined, name: string): string | undefined {
  const start = `${name}=`;
  const found = (header ?? '').split(';').filter((pair) => pair.trimStart().startsWith(start));
  return found.length === 1 ? found[0]?.trim().slice(start.length) : undefined;
}

/** The value of `Set-Cookie`. @param value of characters that need no quotes, as base64url has them */
export function setCookie(name: string, value: string, { sameSite, isSecure, maxAgeSeconds }: CookieOptions): string {
  const parts = [`${name}=${value}`, 'Path=/', 'HttpOnly', `SameSite=${sameSite}`];
  if (isSecure) parts.push('Secure');
  if (maxAgeSeconds !== undefined) parts.push(`Max-Age=${maxAgeSeconds}`);
  // Clients that do not go by the age go by this.
  if (maxAgeSeconds === 0) parts.push('Expires=Thu, 01 Jan 1970 00:00:00 GMT');
  return parts.join('; ');
}

/** The value of `Set-Cookie` that removes a cookie; for the browser it must be made as the cookie was. */
export function removeCookie(name: string, options: Omit<CookieOptions, 'maxAgeSeconds'>): string {
  return setCookie(name, '', { ...options, maxAgeSeconds: 0 });
}

/** The name of a cookie. Over TLS it is one that no other site of the domain can set, and that is never sent in clear. */
export function cookieName(name: string, isSecure: boolean): string {
  return isSecure ? `__Host-${name}` : name;
}
