import type { CollaboratorStatus, DossierStatus, OfficeSettings, Profile } from './vocabulary.js';

/** What the rules may ask about one collaborator, read from the tuples that are in force. */
export interface SubjectFacts {
  id: string;
  profile: Profile | 'system';
  status: CollaboratorStatus;
  /** Client groups that the collaborator belongs to, directly or through a collaborator group. */
  clientGroups: readonly string[];
  collaboratorGroups: readonly string[];
  /** Client groups whose dossiers are closed to the collaborator. */
  excludedClientGroups: readonly string[];
  /** The earliest expiry among the tuples used, ISO 8601, or `null`. */
  validUntil: string | null;
}

/** What the rules may ask about one dossier, read from the tuples that are in force. */
export interface DossierFacts {
  id: string;
  status: DossierStatus;
  private: boolean;
  clientGroup: string | null;
  managers: readonly string[];
  guests: readonly string[];
  excluded: readonly string[];
  /** The earliest expiry among the tuples used, ISO 8601, or `null`. */
  validUntil: string | null;
}

/** Facts of one office at one revision, from one statement and so from one snapshot. */
export interface AccessFacts {
  revision: number;
  /** PostgreSQL's clock when the facts were read, ISO 8601: expiry follows it, never the process's clock. */
  readAt: string;
  settings: OfficeSettings;
  policySet: string | null;
  subjects: ReadonlyMap<string, SubjectFacts>;
  dossiers: ReadonlyMap<string, DossierFacts>;
}
