import type { DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import type { OfficeSettings } from '#src/relations/vocabulary.js';

/** The facts of an active collaborator of no group, `clara`. */
export function aSubject(overrides: Partial<SubjectFacts> = {}): SubjectFacts {
  return {
    id: 'clara',
    profile: 'collaborator',
    status: 'active',
    clientGroups: [],
    collaboratorGroups: [],
    excludedClientGroups: [],
    validUntil: null,
    ...overrides,
  };
}

/** The facts of a dossier, `bakery`: active, not private, in no group, and nobody's. */
export function aResource(overrides: Partial<DossierFacts> = {}): DossierFacts {
  return {
    id: 'bakery',
    status: 'active',
    private: false,
    clientGroup: null,
    managers: [],
    guests: [],
    excluded: [],
    validUntil: null,
    ...overrides,
  };
}

/** The settings of an office that has not changed any. */
export const defaultSettings: OfficeSettings = {
  onlyAdminsActivate: true,
  uniqueGroupNames: false,
  defaultClientGroup: null,
};
