import type { CheckBody } from '#test/factories/checks.js';
import type { OfficeClient } from './office-client.js';

/** What `explain` answers. */
export interface Explained {
  allowed: boolean;
  rule: string | null;
  reason: string;
  paths: {
    kind: string;
    clientGroup?: string;
    collaboratorGroup?: string;
    since?: string;
    by?: string;
    expiresAt?: string | null;
    tuples: { tuple: string; since: string; by: string; expiresAt: string | null }[];
  }[];
  denials: { rule: string; reason: string }[];
  wouldGrant: { change: string; clientGroup?: string }[][];
  ask: { collaborator: string; name: string; as: string }[];
  revocations: string[][];
  revision: string;
  policy: string;
}

/** Asks for an explanation, and throws where there is none. */
export async function explained(office: OfficeClient, check: CheckBody): Promise<Explained> {
  const { status, body } = await office.api.post<Explained>(office.at('explain'), check);
  if (status !== 200) throw new Error(`no explanation: ${status} ${JSON.stringify(body)}`);
  return body;
}
