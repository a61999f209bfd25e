import { csrfToken } from './csrf.js';

let leaving = false;

/** Goes to the page of the issuer and comes back here. Several answers may ask for it at once. */
export function signIn(): void {
  if (leaving) return;
  leaving = true;
  const { pathname, search, hash } = window.location;
  window.location.assign(`/session/sign-in?returnTo=${encodeURIComponent(pathname + search + hash)}`);
  // The page may be kept where something is unsaved and the person wants to stay.
  setTimeout(() => (leaving = false), 3_000);
}

/** Ends the session here, and at the issuer where it has a page for that. */
export async function signOut(): Promise<void> {
  const response = await fetch('/session/sign-out', {
    method: 'POST',
    headers: { 'x-csrf-token': csrfToken() ?? '' },
  });
  const { signOutUrl } = response.ok
    ? ((await response.json()) as { signOutUrl: string | null })
    : { signOutUrl: null };
  window.location.assign(signOutUrl ?? '/console/');
}
