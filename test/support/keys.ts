import { Api, type ApiResponse } from './api.js';
import type { TestService } from './service.js';
import type { OfficeClient } from './office-client.js';

/** A key as its creation answers it. */
export interface MadeKey {
  id: string;
  key: string;
  scopes: string[];
  revision: string;
}

/** Makes a key of the office and throws where the service refuses it. */
export async function makeKey(
  office: OfficeClient,
  scopes: readonly string[],
  more: Record<string, unknown> = {},
): Promise<MadeKey> {
  const made: ApiResponse<MadeKey> = await office.api.post(office.at('api-keys'), { name: 'Test', scopes, ...more });
  if (made.status !== 201) throw new Error(`no key: ${made.status} ${JSON.stringify(made.body)}`);
  return made.body;
}

/** The API as a new key of the office sees it. */
export async function keyOf(app: TestService, office: OfficeClient, scopes: readonly string[]): Promise<Api> {
  return new Api(app.url, (await makeKey(office, scopes)).key);
}
