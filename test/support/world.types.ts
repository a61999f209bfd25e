import type {
  CollaboratorStatus,
  DossierStatus,
  Language,
  OfficeSettings,
  Profile,
  Relation,
} from '#src/relations/vocabulary.js';

/** Everything that a test knows about some offices; plain data, in the words of the import lines. */
export interface World {
  offices: readonly WorldOffice[];
}

export interface WorldOffice {
  id: string;
  name: string;
  email: string;
  language: Language;
  settings: OfficeSettings;
  collaborators: readonly WorldCollaborator[];
  collaboratorGroups: readonly WorldCollaboratorGroup[];
  clientGroups: readonly WorldClientGroup[];
  dossiers: readonly WorldDossier[];
  /** In the order in which they were made: the manager of rule 19 who is "oldest" is the one that comes first here. */
  tuples: readonly WorldTuple[];
}

export interface WorldCollaborator {
  id: string;
  email: string;
  firstName: string;
  lastName: string;
  profile: Profile;
  status: CollaboratorStatus;
  language: Language;
}

export interface WorldCollaboratorGroup {
  id: string;
  name: string;
}

export interface WorldClientGroup {
  id: string;
  name: string;
  email?: string;
}

export interface WorldDossier {
  id: string;
  name: string;
  code?: string;
  enterpriseNumber?: string;
  status: DossierStatus;
  private: boolean;
  labels: readonly string[];
}

/** `object#relation@subject`, both written `type:id`. */
export interface WorldTuple {
  object: string;
  relation: Relation;
  subject: string;
  primary?: true;
  /** ISO 8601; from that instant the tuple counts for nothing. */
  expiresAt?: string;
}

/** One question of a property test. The action is any text: an unknown one is refused like an unknown id. */
export interface Question {
  office: string;
  collaborator: string;
  action: string;
  dossier: string;
}
