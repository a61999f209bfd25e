import { aNumber } from './unique.js';

/** The body that creates a collaborator group; members are ids of collaborators. */
export interface CollaboratorGroupBody {
  name: string;
  members: readonly string[];
}

/** The body that creates a client group; the lists are ids. */
export interface ClientGroupBody {
  name: string;
  email?: string | null;
  dossiers: readonly string[];
  collaborators: readonly string[];
  collaboratorGroups: readonly string[];
}

/** A collaborator group without members, under a name of its own. */
export function aCollaboratorGroup(overrides: Partial<CollaboratorGroupBody> = {}): CollaboratorGroupBody {
  return { name: `Externes ${aNumber()}`, members: [], ...overrides };
}

/** A client group without e-mail, dossiers or people (rule 1 allows that), under a name of its own. */
export function aClientGroup(overrides: Partial<ClientGroupBody> = {}): ClientGroupBody {
  return { name: `Bruxelles ${aNumber()}`, dossiers: [], collaborators: [], collaboratorGroups: [], ...overrides };
}
