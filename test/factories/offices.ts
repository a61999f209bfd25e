import type { Language, OfficeSettings } from '#src/relations/vocabulary.js';
import { aNumber } from './unique.js';

/** The body of `PUT /v1/offices/{office}`. */
export interface OfficeBody {
  name: string;
  email: string;
  language: Language;
  settings: OfficeSettings & { decisionLogDays: number | null };
  policySet?: string | null;
}

/** An office with the settings that a new one has. */
export function anOffice(
  overrides: Partial<Omit<OfficeBody, 'settings'>> & { settings?: Partial<OfficeBody['settings']> } = {},
): OfficeBody {
  const n = aNumber();
  return {
    name: `Fiduciaire ${n}`,
    email: `office.${n}@office.example`,
    language: 'fr',
    ...overrides,
    settings: {
      onlyAdminsActivate: true,
      uniqueGroupNames: false,
      defaultClientGroup: null,
      decisionLogDays: null,
      ...overrides.settings,
    },
  };
}
