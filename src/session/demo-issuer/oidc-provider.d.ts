/** The little of oidc-provider that is used here and in the tests: the package comes without types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Grant {
    addOIDCScope(scope: string): void;
    save(): Promise<string>;
  }

  /** What its hooks are given. */
  export interface ProviderContext {
    type: string;
    body: string;
    set(headers: Record<string, string>): void;
    oidc: {
      provider: Provider;
      client: { clientId: string };
      session: { accountId: string };
      params: { scope: string };
    };
  }

  /** Why someone is sent to a page: to log in, to consent. */
  export const interactionPolicy: { base(): { remove(prompt: 'login' | 'consent'): void } };

  /** What it refuses with. */
  export const errors: { OIDCProviderError: new () => Error };

  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    readonly Grant: new (made: { clientId: string; accountId: string }) => Grant;
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    interactionDetails(request: IncomingMessage, response: ServerResponse): Promise<{ uid: string }>;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: { login: { accountId: string; remember: boolean } },
    ): Promise<void>;
  }
}

declare module 'oidc-provider/lib/adapters/memory_adapter.js' {
  /** Keeps an issuer's state in memory. */
  const MemoryAdapter: new (name: string) => object;
  export default MemoryAdapter;
}
