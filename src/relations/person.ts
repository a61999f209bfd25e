import type { PersonPrincipal } from '#src/platform/auth/principal.js';
import { isId } from './vocabulary.js';

/** What two addresses that differ only in case are made of; other letters have look-alikes that fold into these. */
const asciiAddress = /^[\x21-\x7E]{1,254}$/;

/** By what a person is found among collaborators; what is `null` finds nobody. */
export interface PersonKeys {
  /** The collaborator with this id, before any other. */
  id: string | null;
  /** Else the one with this address, ignoring case. */
  email: string | null;
}

/**
 * By the subject first; by e-mail only where the issuer vouches for it. Where it says nothing, the address may be one that
 * its user typed in, and with it anyone could become anyone.
 */
export function personKeys({ subject, email = '', emailVerified }: PersonPrincipal): PersonKeys {
  return {
    id: isId(subject) ? subject : null,
    email: emailVerified === true && asciiAddress.test(email) ? email.toLowerCase() : null,
  };
}
