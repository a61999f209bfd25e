/** Where a sign-in leads where nothing else was asked for. */
export const home = '/console';

/** It goes into a cookie, of which browsers keep 4096 characters. */
const maxLength = 2_000;

/**
 * Where a sign-in may lead: to pages of the console, and to no other place of this or another site.
 *
 * @param wanted whatever a link said
 * @returns path, query and fragment, or {@link home}
 */
export function returnTo(wanted: unknown): string {
  if (typeof wanted !== 'string' || wanted.length > maxLength || !/^\/(?![/\\])[\x21-\x7E]*$/.test(wanted)) return home;
  // What browsers make of it: dots in a path lead elsewhere, and backslashes are slashes.
  const base = 'http://own.invalid';
  const url = URL.parse(wanted, base);
  if (url?.origin !== base || !/^\/console(?:\/|$)/.test(url.pathname)) return home;
  const own = url.pathname + url.search + url.hash;
  return own.length > maxLength ? home : own;
}
