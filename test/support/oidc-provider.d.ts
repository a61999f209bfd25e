/** The little of oidc-provider that the tests use: the package comes without types. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export class Provider {
    constructor(issuer: string, configuration: Record<string, unknown>);
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
  }
}

declare module 'oidc-provider/lib/adapters/memory_adapter.js' {
  /** Keeps an issuer's state in memory. */
  const MemoryAdapter: new (name: string) => object;
  export default MemoryAdapter;
}
