import type { AccessFacts, DossierFacts, SubjectFacts } from './facts.js';
import type { OfficeSettings } from './vocabulary.js';

/** The one statement of a check; every parameter is an array, so a batch costs the same statement. */
export const accessFactsSql = 'select access_facts($1, $2, $3) as facts';

/** The row of {@link accessFactsSql}: `null` where the office does not exist. */
export interface AccessFactsRow {
  facts: {
    revision: number;
    readAt: string;
    settings: OfficeSettings;
    policySet: string | null;
    subjects: SubjectFacts[];
    dossiers: DossierFacts[];
  } | null;
}

/** The facts as maps by id, or `undefined` where the office does not exist. */
export function toAccessFacts(row: AccessFactsRow | undefined): AccessFacts | undefined {
  if (!row?.facts) return undefined;
  const { subjects, dossiers, ...office } = row.facts;
  return {
    ...office,
    subjects: new Map(subjects.map((subject) => [subject.id, subject])),
    dossiers: new Map(dossiers.map((dossier) => [dossier.id, dossier])),
  };
}
