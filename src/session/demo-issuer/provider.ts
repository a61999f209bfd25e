import { exportJWK, generateKeyPair } from 'jose';
import { interactionPolicy, Provider, type ProviderContext } from 'oidc-provider';
import MemoryAdapter from 'oidc-provider/lib/adapters/memory_adapter.js';
import type { DemoPerson } from './people.js';

/** The client that the service is to the demo's issuer. It has no secret: PKCE is its proof. */
export const demoClientId = 'cardea-console';
/** An audience that no token of the demo's issuer names: it gives sessions to browsers, and none for the API. */
export const demoAudience = 'none';

/** The provider warns about its own class, which is for production's good; a demo is over with its process. */
class InMemory extends MemoryAdapter {}

/** How long, in seconds, what the provider makes is good: as long as someone takes to pick a name. */
const ttl = { AccessToken: 60, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 };

/** Who somebody is to the issuer. No id of a collaborator looks like it, so that it is the address that finds them. */
export function accountId({ office, id }: Pick<DemoPerson, 'office' | 'id'>): string {
  return `~${[office, id].map(encodeURIComponent).join('~')}`;
}

function personOf(account: string): [office: string, id: string] {
  const [, office = '', id = ''] = account.split('~').map(decodeURIComponent);
  return [office, id];
}

/** @param redirectUri where the service takes people back; on this machine by HTTP, its port is left open */
export async function createProvider(
  issuer: string,
  redirectUri: string,
  find: (office: string, id: string) => Promise<DemoPerson | undefined>,
): Promise<Provider> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const client = {
    client_id: demoClientId,
    application_type: /^http:\/\/localhost\//.test(redirectUri) ? 'native' : 'web',
    redirect_uris: [redirectUri],
    grant_types: ['authorization_code'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
    id_token_signed_response_alg: 'ES256',
  };
  const policy = interactionPolicy.base();
  policy.remove('consent');
  return new Provider(issuer, {
    adapter: InMemory,
    ttl,
    jwks: { keys: [{ ...(await exportJWK(privateKey)), kid: 'demo', alg: 'ES256', use: 'sig' }] },
    clients: [client],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    cookies: { keys: [crypto.randomUUID()] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: false } },
    interactions: { policy, url: (_: unknown, { uid }: { uid: string }) => `/pick/${uid}` },
    findAccount: async (_: unknown, account: string) => {
      const person = await find(...personOf(account));
      return (
        person && { accountId: account, claims: () => ({ sub: account, email: person.email, email_verified: true }) }
      );
    },
    loadExistingGrant: grantAll,
    renderError: (context: ProviderContext, out: { error: string }) => {
      context.type = 'text';
      context.body = `${out.error}\n`;
    },
  });
}

/** Nobody is asked whether the demo may know the address of a made-up person. */
async function grantAll({ oidc }: ProviderContext) {
  const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
  grant.addOIDCScope(oidc.params.scope);
  await grant.save();
  return grant;
}
