import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errors, type Provider } from 'oidc-provider';
import { negotiateLanguage } from '#src/platform/languages.js';
import { DemoPeople } from './people.js';
import { pickPage, styleSheet } from './pick-page.js';
import { accountId, createProvider, demoAudience, demoClientId } from './provider.js';

/** An issuer at which everyone may be anyone. */
export interface DemoIssuer {
  /** What the service is started with, as for any other issuer. */
  settings: { oidcIssuer: string; oidcAudience: string; oidcClientId: string };
  close(): Promise<void>;
}

export interface DemoIssuerOptions {
  /** With the name of the owner. */
  databaseUrl: string;
  /** `PUBLIC_URL`, if set. */
  publicUrl: string | undefined;
}

const headers = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/**
 * Starts an OpenID Connect issuer on a free port of this machine, at which everyone may be anyone: for a first start on a
 * laptop. It is a server of its own, so that all workers of the service have the same one, and to them it is an issuer
 * like any other.
 */
export async function startDemoIssuer({ databaseUrl, publicUrl }: DemoIssuerOptions): Promise<DemoIssuer> {
  const people = new DemoPeople(databaseUrl);
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `http://${host}`;
  const redirectUri = `${publicUrl ?? 'http://localhost'}/session/callback`;
  const provider = await createProvider(issuer, redirectUri, (office, id) => people.find(office, id));
  const answer = provider.callback();
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    // A page of another site whose name was made to mean this machine.
    if (request.headers.host !== host) return void response.writeHead(421, headers).end();
    forgetLastPick(request);
    const path = new URL(request.url ?? '', issuer).pathname;
    if (!path.startsWith('/pick')) return answer(request, response);
    pick(path, { provider, people, request, response }).catch((error: unknown) => answerFailure(error, response));
  });
  return {
    settings: { oidcIssuer: issuer, oidcAudience: demoAudience, oidcClientId: demoClientId },
    async close() {
      server.closeAllConnections();
      server.close();
      await people.close();
    },
  };
}

interface Visit {
  provider: Provider;
  people: DemoPeople;
  request: IncomingMessage;
  response: ServerResponse;
}

/** The page, its style, and the links on it. @throws where the visitor has not been sent here by the service */
async function pick(path: string, { provider, people, request, response }: Visit): Promise<void> {
  if (path === '/pick.css')
    return void response.writeHead(200, { ...headers, 'content-type': 'text/css' }).end(styleSheet);
  const { uid } = await provider.interactionDetails(request, response);
  const [, , , office, id] = path.split('/').map(decodeURIComponent);
  if (office !== undefined && id !== undefined) {
    const login = { accountId: accountId({ office, id }), remember: false };
    return provider.interactionFinished(request, response, { login });
  }
  const language = negotiateLanguage(request.headers['accept-language']);
  const page = pickPage(await people.offices(), uid, language);
  response.writeHead(200, { ...headers, 'content-type': 'text/html; charset=utf-8', 'content-language': language });
  response.end(page);
}

/** A visit that the service did not send, or a database that is away: whoever sees the demo is told. */
function answerFailure(error: unknown, response: ServerResponse): void {
  const status = error instanceof errors.OIDCProviderError || error instanceof URIError ? 400 : 500;
  response.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8' });
  response.end(`${error instanceof Error ? error.message : String(error)}\n`);
}

/** Each sign-in shows the page: a demo is for being one person after the other. */
function forgetLastPick({ headers: sent }: IncomingMessage): void {
  const kept = (sent.cookie ?? '').split('; ').filter((pair) => !pair.startsWith('_session'));
  sent.cookie = kept.join('; ');
}
