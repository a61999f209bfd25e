import type { DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import type { OfficeSettings } from '#src/relations/vocabulary.js';

/** The relationships of one office, wherever they come from. */
export interface OfficeFacts {
  readonly office: string;
  readonly settings: OfficeSettings;
  readonly subjects: readonly SubjectFacts[];
  /** In pages, so that a large office is never in memory as a whole. */
  readonly dossiers: AsyncIterable<readonly DossierFacts[]>;
}
