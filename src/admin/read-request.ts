import type { Principal } from '#src/platform/auth/principal.js';
import type { Language } from '#src/relations/vocabulary.js';

/** Who asks, in which office; what every read and write of the administration carries. */
export interface ReadRequest {
  office: string;
  principal: Principal;
  /** The collaborator named by `Cardea-Actor`, or `undefined`. */
  actor: string | undefined;
  /** In which warnings and errors are worded. */
  language: Language;
  requestId: string;
}

/** What every write says about itself beside its body. */
export interface WriteRequest extends ReadRequest {
  ifMatch: string | undefined;
  idempotencyKey: string | undefined;
  /** SHA-256 over method, path, query and body: the same key with another request is refused. */
  fingerprint: Buffer;
  dryRun: boolean;
  reason: string | null;
}

/** A page of a list. */
export interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}
