import type { CollaboratorStatus, OfficeSettings, Profile } from '#src/relations/vocabulary.js';
import type { Resource } from './bundle.js';

/** Who asks: the facts of one collaborator, or of the office's integration, as `compile` takes them. */
export interface CaseSubject {
  readonly id: string;
  readonly profile: Profile | 'system';
  readonly status: CollaboratorStatus;
  readonly clientGroups: readonly string[];
  readonly collaboratorGroups: readonly string[];
  readonly excludedClientGroups: readonly string[];
  readonly validUntil: null;
}

/** The facts and the expected decisions that belong to one policy. */
export interface CaseFile {
  readonly type: string;
  readonly file: string;
  /** By the name in the file, which is the id too. */
  readonly subjects: ReadonlyMap<string, CaseSubject>;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly cases: readonly PolicyCase[];
}

/** A sentence about the policy: who asks what, under which settings, and the answer for each action. */
export interface PolicyCase {
  readonly name: string;
  readonly line: number;
  readonly settings: OfficeSettings;
  readonly who: readonly CaseSubject[];
  readonly what: readonly Resource[];
  /** `action.properties` */
  readonly action: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly expected: ReadonlyMap<string, Expectation>;
  /** The paths that each allowed answer names, where the case says them. */
  readonly by?: readonly string[];
}

/** `rule` is the rule that decides; `null` is the default deny. */
export interface Expectation {
  readonly allowed: boolean;
  readonly rule: string | null;
}

/** One cell of a case: a single question with its expected answer. */
export interface CaseQuestion {
  readonly case: PolicyCase;
  readonly who: CaseSubject;
  readonly what: Resource;
  readonly action: string;
  readonly expected: Expectation;
}

/** Every single question of a file, in its order. */
export function questionsOf(file: CaseFile): CaseQuestion[] {
  return file.cases.flatMap((one) =>
    one.who.flatMap((who) =>
      one.what.flatMap((what) =>
        [...one.expected].map(([action, expected]) => ({ case: one, who, what, action, expected })),
      ),
    ),
  );
}
