import type { Principal } from '#src/platform/auth/principal.js';

/** Who asks, and in which office. */
export interface Inquirer {
  office: string;
  principal: Principal;
  /** The collaborator named by `Cardea-Actor`, or `undefined`. */
  actor: string | undefined;
}

/** A key that names no collaborator asks for the office as a whole. */
export function isWholeOffice({ principal, actor }: Inquirer): boolean {
  return principal.kind === 'key' && actor === undefined;
}
