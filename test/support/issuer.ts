import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import { Provider } from 'oidc-provider';
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js';

/** A real OpenID Connect issuer on loopback, which gives JWT access tokens to one client by its secret. */
export interface Issuer {
  issuer: string;
  /** The private key that it signs with, for tests that sign what an issuer would not. */
  key: JWK;
  /** An access token from its token endpoint. */
  token(resource: string): Promise<string>;
  close(): Promise<void>;
}

const client = { client_id: 'portal', client_secret: 'a-secret-that-only-this-test-knows' };
const onlyClientCredentials = {
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  id_token_signed_response_alg: 'ES256',
};

/** The provider warns about its own class, which is for production's good; here memory is what is wanted. */
class InMemory extends MemoryAdapter {}

/**
 * Starts an issuer.
 *
 * @param claims of every token it gives, beside its own; the subject is the client
 */
export async function startIssuer(claims: Record<string, unknown> = {}): Promise<Issuer> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const key = { ...(await exportJWK(privateKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    adapter: InMemory,
    ttl: { ClientCredentials: 600 },
    jwks: { keys: [key] },
    clients: [{ ...client, ...onlyClientCredentials }],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_: unknown, resource: string) => ({
          scope: 'api',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    extraTokenClaims: () => claims,
  });
  server.on('request', provider.callback());
  return { issuer, key, token: (resource) => tokenOf(issuer, resource), close: () => closeServer(server) };
}

async function tokenOf(issuer: string, resource: string): Promise<string> {
  const answer = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource }),
  });
  const body = (await answer.json()) as { access_token?: string };
  if (!body.access_token) throw new Error(`the issuer gave no token: ${JSON.stringify(body)}`);
  return body.access_token;
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}
