import type { Language } from '#src/relations/vocabulary.js';
import type { Condition } from './condition.js';
import type { EntityType } from './entity-type.js';
import type { Place } from './problem.js';

/** All policies of one folder, validated. Every decision carries `hash`, so that it can be traced to the very text. */
export interface PolicyBundle {
  /** SHA-256 in hexadecimal over the names and texts of the policy files, in order, and over what a set falls back to. */
  readonly hash: string;
  /** By type, in the order of the file names. */
  readonly policies: ReadonlyMap<string, Policy>;
  /** Types by their other names. */
  readonly aliases: ReadonlyMap<string, string>;
}

/** What may be done to one type of resource, by whom. */
export interface Policy {
  readonly type: string;
  /** What is kept of the type beside its rules; absent for a type that Cardea keeps itself. */
  readonly entities?: EntityType;
  /** The types of subjects that the rules speak of; everyone else is refused. */
  readonly subjects: readonly string[];
  readonly actions: readonly string[];
  readonly paths: ReadonlyMap<string, PolicyPath>;
  /** In the order of the file: the first allow rule that matches names the decision. */
  readonly rules: readonly PolicyRule[];
  readonly file: string;
  /** The text as a reviewer reads it. */
  readonly source: string;
}

/** The conditions of a rule or a path: one per thing that is asked about. All that are present must hold. */
export interface ConditionSections {
  readonly subject?: Condition;
  /** The settings of the office. */
  readonly office?: Condition;
  /** `action.properties` of the question. */
  readonly action?: Condition;
  readonly context?: Condition;
  readonly resource?: Condition;
}

/**
 * What the subject must be allowed elsewhere for a rule to grant: an action on the dossier that the resource names. The
 * answer is that of a check of the dossier, so no rule of another type can open what a dossier's own rules close.
 */
export interface Requirement {
  readonly type: 'dossier';
  readonly action: string;
  /** Where the resource has the id: `id`, or a path under `properties`. */
  readonly path: string;
  /** How the facts of a resource list the requirement when it is met. */
  readonly name: string;
}

/** A named way to reach a resource, such as "its manager". */
export interface PolicyPath extends ConditionSections, Place {
  readonly name: string;
}

/** What a rule may say that it is meant to be; everything else that the linter finds is put right. */
export const acceptableFindings = ['allow-without-resource-condition'] as const;
export type AcceptableFinding = (typeof acceptableFindings)[number];

/** One sentence of the policy. */
export interface PolicyRule extends ConditionSections, Place {
  readonly id: string;
  readonly effect: 'allow' | 'deny';
  /** Written out, where the file says `'*'`. */
  readonly actions: readonly string[];
  /** Names of paths: the rule grants through each of them. Empty: it needs none. Always empty for a deny. */
  readonly by: readonly string[];
  /** Allow rules of types that are not built in: what the subject must be allowed elsewhere besides. */
  readonly may?: Requirement;
  readonly reason: Readonly<Record<Language, string>>;
  /** Findings of the linter that are meant to be, each with the reason. Nothing that decides looks at them. */
  readonly accepts: ReadonlyMap<AcceptableFinding, string>;
}

/** The facts of one resource that rules ask about; the type is known from the policy and never read from here. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- with `unknown`, interfaces such as DossierFacts do not fit
export type Resource = { readonly id: string } & Readonly<Record<string, any>>;
