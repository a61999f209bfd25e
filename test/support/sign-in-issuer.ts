import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { interactionPolicy, Provider, type ProviderContext } from 'oidc-provider';
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js';

/** What the issuer says of whoever signs in. */
export interface Claims {
  sub: string;
  email?: string;
  email_verified?: unknown;
}

/** A real OpenID Connect issuer on loopback, at which a test signs in as whomever it likes. */
export interface SignInIssuer {
  issuer: string;
  /** The settings with which the service is its client. */
  environment: Record<'OIDC_ISSUER' | 'OIDC_AUDIENCE' | 'OIDC_CLIENT_ID' | 'OIDC_CLIENT_SECRET', string>;
  /** Whoever asks next is this one; an error is what the issuer then answers instead. */
  next: Claims | { error: string };
  /** While it is set, nothing answers but this status. */
  broken: number | undefined;
  close(): Promise<void>;
}

export interface SignInIssuerOptions {
  /** `true`: the address is in the ID token itself, as some issuers have it. */
  tellsInIdToken?: boolean;
  /** `true`: it has no page to sign out. */
  keepsSessions?: boolean;
  /** Where the service is, where it is not at a port of this machine. */
  publicUrl?: string;
  /** `true`: the client has no secret. */
  isPublic?: boolean;
}

class InMemory extends MemoryAdapter {}

const clientId = 'console';
const secret = 'a-secret-that-only-this-test-knows';

/** Starts an issuer; close it at the end. */
export async function startSignInIssuer(options: SignInIssuerOptions = {}): Promise<SignInIssuer> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const accounts = new Map<string, Claims>();
  const provider = await createProvider(issuer, accounts, options);
  const answer = provider.callback();
  const self: SignInIssuer = {
    issuer,
    environment: {
      OIDC_ISSUER: issuer,
      OIDC_AUDIENCE: 'https://cardea.example/api',
      OIDC_CLIENT_ID: clientId,
      OIDC_CLIENT_SECRET: options.isPublic ? '' : secret,
    },
    next: { sub: 'nobody' },
    broken: undefined,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    if (self.broken !== undefined) return void response.writeHead(self.broken).end();
    // Each sign-in begins anew: a browser of a test is one person after the other.
    request.headers.cookie = (request.headers.cookie ?? '').replaceAll('_session', '_former');
    if (!request.url?.startsWith('/as-told/')) return answer(request, response);
    if ('sub' in self.next) accounts.set(self.next.sub, self.next);
    const result = 'sub' in self.next ? { login: { accountId: self.next.sub, remember: false } } : self.next;
    void provider.interactionFinished(request, response, result as { login: { accountId: string; remember: boolean } });
  });
  return self;
}

async function createProvider(
  issuer: string,
  accounts: ReadonlyMap<string, Claims>,
  { tellsInIdToken = false, keepsSessions = false, isPublic = false, publicUrl }: SignInIssuerOptions,
): Promise<Provider> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const policy = interactionPolicy.base();
  policy.remove('consent');
  return new Provider(issuer, {
    adapter: InMemory,
    ttl: { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'k1', alg: 'ES256', use: 'sig' }] },
    clients: [
      {
        client_id: clientId,
        ...(isPublic ? { token_endpoint_auth_method: 'none' } : { client_secret: secret }),
        // The ports of tests are free ones.
        application_type: 'native',
        redirect_uris: [`${publicUrl ?? 'http://localhost'}/session/callback`],
        post_logout_redirect_uris: [`${publicUrl ?? 'http://localhost'}/console`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: !tellsInIdToken,
    cookies: { keys: ['a-key-of-this-test'] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: !keepsSessions } },
    interactions: { policy, url: (_: unknown, { uid }: { uid: string }) => `/as-told/${uid}` },
    findAccount: (_: unknown, sub: string) => {
      const claims = accounts.get(sub);
      return claims && { accountId: sub, claims: () => claims };
    },
    loadExistingGrant: async ({ oidc }: ProviderContext) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope(oidc.params.scope);
      await grant.save();
      return grant;
    },
    renderError: (context: ProviderContext, out: { error: string }) => {
      context.type = 'text';
      context.body = out.error;
    },
  });
}
