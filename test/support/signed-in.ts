import type { Api } from './api.js';
import { Browser } from './browser.js';
import type { TestService } from './service.js';
import type { Claims, SignInIssuer } from './sign-in-issuer.js';

/** What `GET /v1/session` answers. */
export interface SessionBody {
  person: { subject: string; email: string | null };
  csrfToken: string;
  expiresAt: string;
  idleUntil: string;
  offices: { office: string; name: string; language: string; collaborator: { id: string; profile: string } }[];
}

/** Someone who is signed in at a browser. */
export interface SignedIn {
  browser: Browser;
  session: SessionBody;
  /** The API as the console uses it: with the cookie and the CSRF token. */
  api: Api;
}

/** Signs somebody in by the way of a browser. @throws where that does not end with a session */
export async function signIn(
  app: TestService,
  issuer: SignInIssuer,
  claims: Claims,
  browser = new Browser(app.url),
): Promise<SignedIn> {
  issuer.next = claims;
  const page = await browser.go('/session/sign-in?returnTo=/console/welcome', (url) =>
    url.endsWith('/console/welcome'),
  );
  if (page.status !== 302) throw new Error(`no session: ${page.status} ${page.body}`);
  return signedIn(browser);
}

/** The session of a browser. @throws where it has none */
export async function signedIn(browser: Browser): Promise<SignedIn> {
  const { status, body } = await browser.api().get<SessionBody>('/v1/session');
  if (status !== 200) throw new Error(`no session: ${status} ${JSON.stringify(body)}`);
  return { browser, session: body, api: browser.api({ 'x-csrf-token': body.csrfToken }) };
}
