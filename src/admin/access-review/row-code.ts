import type { SigningKey } from '#src/platform/signing-key.js';

/** What one row of a review is about: all that must come back as it was written. */
export interface ReviewedPath {
  collaborator: string;
  dossier: string;
  /** The name of the path in the policy; empty where a rule allows without one. */
  kind: string;
  clientGroup: string;
  collaboratorGroup: string;
}

const signatureBytes = 12;

/**
 * The last cell of a row: the revision that it speaks of and the kind of its path, signed together with what the row
 * names. A row whose cells were mixed up with those of another, as by sorting one column alone, is found by it.
 */
export function rowCode(key: SigningKey, office: string, revision: number, path: ReviewedPath): string {
  return [revision, path.kind, signature(key, office, revision, path)].join('.');
}

/** What a row says that came back. @returns `undefined` where it is not as it was written for this office */
export function readRowCode(
  key: SigningKey,
  office: string,
  code: string,
  row: Omit<ReviewedPath, 'kind'>,
): { path: ReviewedPath; revision: number } | undefined {
  const [, digits = '', kind = ''] = /^(\d{1,15})\.([a-z0-9_]{0,64})\.[\w-]+$/.exec(code) ?? [];
  const path = { ...row, kind };
  const revision = Number(digits);
  return digits !== '' && rowCode(key, office, revision, path) === code ? { path, revision } : undefined;
}

function signature(key: SigningKey, office: string, revision: number, path: ReviewedPath): string {
  const { collaborator, dossier, kind, clientGroup, collaboratorGroup } = path;
  const parts = [office, String(revision), collaborator, dossier, kind, clientGroup, collaboratorGroup];
  return key
    .sign('access-review', ...parts)
    .subarray(0, signatureBytes)
    .toString('base64url');
}
