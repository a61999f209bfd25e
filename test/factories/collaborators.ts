import type { CollaboratorStatus, Language, Profile } from '#src/relations/vocabulary.js';
import { aNumber } from './unique.js';

/** The body of `PUT /v1/offices/{office}/collaborators/{id}`. */
export interface CollaboratorBody {
  email: string;
  firstName: string;
  lastName: string;
  profile: Profile;
  language: Language;
  status: CollaboratorStatus;
}

/** An active collaborator with the profile of that name and an e-mail of their own. */
export function aCollaborator(overrides: Partial<CollaboratorBody> = {}): CollaboratorBody {
  const n = aNumber();
  return {
    email: `collaborator.${n}@office.example`,
    firstName: 'Anne',
    lastName: `Dupont ${n}`,
    profile: 'collaborator',
    language: 'fr',
    status: 'active',
    ...overrides,
  };
}

/** An active admin: every office needs one (rule 21). */
export function anAdmin(overrides: Partial<CollaboratorBody> = {}): CollaboratorBody {
  return aCollaborator({ profile: 'admin', ...overrides });
}

/** An active collaborator with the support profile. */
export function aSupporter(overrides: Partial<CollaboratorBody> = {}): CollaboratorBody {
  return aCollaborator({ profile: 'support', ...overrides });
}
