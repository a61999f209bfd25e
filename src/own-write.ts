import type { WriteRequest } from '#src/admin/read-request.js';

/**
 * A write that the service itself makes, through the ordinary write path: in the trail it is a platform key's.
 *
 * @param id by what in the service
 */
export function ownWrite(office: string, id: string, reason: string): WriteRequest {
  return {
    office,
    principal: {
      kind: 'key',
      office: null,
      id,
      scopes: ['check', 'read', 'write', 'operate'],
      asOf: 0,
      expiresAtMs: Number.POSITIVE_INFINITY,
    },
    actor: undefined,
    language: 'en',
    requestId: id,
    ifMatch: undefined,
    idempotencyKey: undefined,
    fingerprint: Buffer.alloc(32),
    dryRun: false,
    reason,
  };
}
