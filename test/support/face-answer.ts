import type { Path } from './reference.js';
import type { Question } from './world.types.js';

/** A path as an answer names it, with its tuples and their dates. */
export type NamedPath = Path & Record<string, unknown>;

/** What one face of the service says about one question; only some of them name rules, reasons and paths. */
export interface FaceAnswer {
  face:
    | ('can-access' | 'batch' | 'filter' | 'explain' | 'audience' | 'list' | 'ability' | 'review')
    | ('evaluation' | 'evaluations' | 'subject search' | 'resource search' | 'action search');
  question: Question;
  allowed: boolean;
  rule?: string | null;
  reason?: string;
  paths?: NamedPath[];
}
