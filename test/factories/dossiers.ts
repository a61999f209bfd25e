import type { DossierStatus, Language } from '#src/relations/vocabulary.js';
import { enterpriseNumber } from '#test/support/enterprise-number.js';
import { aNumber } from './unique.js';

/** The body of `PUT /v1/offices/{office}/dossiers/{id}`. */
export interface DossierBody {
  name: string;
  code?: string | null;
  enterpriseNumber?: string | null;
  labels: readonly string[];
  private: boolean;
  language: Language;
  email?: string | null;
  status: DossierStatus;
}

/** An active dossier, open to all that a path leads to it, with an enterprise number of its own. */
export function aDossier(overrides: Partial<DossierBody> = {}): DossierBody {
  const n = aNumber();
  return {
    name: `Boulangerie ${n} SA`,
    code: `B${n}`,
    enterpriseNumber: enterpriseNumber(n),
    labels: [],
    private: false,
    language: 'fr',
    status: 'active',
    ...overrides,
  };
}

/** A dossier that nobody has activated yet. */
export function aDraft(overrides: Partial<DossierBody> = {}): DossierBody {
  return aDossier({ status: 'draft', ...overrides });
}
