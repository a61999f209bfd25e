import type { Verdict } from './decide.js';

/** May this collaborator do this with this dossier? */
export interface Question {
  collaborator: string;
  dossier: string;
  action: string;
}

/** What does not exist, and what no rule speaks of, answer the same: a check is no way to learn what exists. */
export const notFound: Verdict = Object.freeze({ allowed: false, rule: null });
