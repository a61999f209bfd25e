import { principalId, type Principal } from '#src/platform/auth/principal.js';

/** A question as the faces of the service have them. */
export type CheckQuestion =
  | { readonly collaborator: string; readonly dossier: string; readonly action: string }
  | {
      readonly subject: { readonly type: string; readonly id: string };
      readonly action: { readonly name: string };
      readonly resource: { readonly type: string; readonly id: string };
    };

/** Questions of one request that were answered from one snapshot. */
export interface AnsweredChecks {
  readonly office: string;
  readonly principal: Principal;
  /** The collaborator that the principal acted for, or `undefined`. */
  readonly actor: string | undefined;
  readonly requestId: string;
  /** Why they asked, in their own words (`Cardea-Purpose`), or `undefined`. */
  readonly purpose: string | undefined;
  readonly questions: readonly CheckQuestion[];
  /** In the order of the questions. */
  readonly verdicts: readonly { readonly allowed: boolean; readonly rule: string | null }[];
  readonly revision: string;
  readonly policy: string;
}

/** What the log holds of one decision. */
export interface Decision {
  principal: string;
  actor: string | null;
  subjectType: string;
  subject: string;
  action: string;
  resourceType: string;
  resource: string;
  allowed: boolean;
  rule: string | null;
  revision: string;
  policy: string;
  requestId: string;
  purpose: string | null;
}

/** An entry of the log: a decision, or how many are missing at its place. */
export interface DecisionEntry {
  office: string;
  /** The process that wrote it: each has chains of its own, one for each office. */
  instance: string;
  /** Its place in the chain, from 1. */
  n: number;
  /** By the clock of the process, to the millisecond: ISO 8601. */
  at: string;
  what: Decision | { dropped: number };
  hash: string;
}

/** What the log holds of the question at `index`. */
export function decisionAt(answered: AnsweredChecks, index: number): Decision {
  const question = answered.questions[index] as CheckQuestion;
  const { allowed, rule } = answered.verdicts[index] as AnsweredChecks['verdicts'][number];
  const isPlain = 'collaborator' in question;
  return {
    principal: storable(principalId(answered.principal)),
    actor: answered.actor ?? null,
    subjectType: isPlain ? 'collaborator' : storable(question.subject.type),
    subject: storable(isPlain ? question.collaborator : question.subject.id),
    action: storable(isPlain ? question.action : question.action.name),
    resourceType: isPlain ? 'dossier' : storable(question.resource.type),
    resource: storable(isPlain ? question.dossier : question.resource.id),
    allowed,
    rule,
    revision: answered.revision,
    policy: answered.policy,
    requestId: answered.requestId,
    purpose: answered.purpose ?? null,
  };
}

/** What a question may hold and PostgreSQL may not; the log must give back what went in, or its hash would be wrong. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

/** The text of an entry that its hash is made of: always these members in this order, whatever it was read from. */
export function textOf({ office, instance, n, at, what }: Omit<DecisionEntry, 'hash'>): string {
  const place = { log: 'decision', office, instance, n, at };
  if ('dropped' in what) return JSON.stringify({ ...place, dropped: what.dropped });
  const { principal, actor, subjectType, subject, action, resourceType, resource } = what;
  const { allowed, rule, revision, policy, requestId, purpose } = what;
  return JSON.stringify({
    ...place,
    ...{ principal, actor, subjectType, subject, action, resourceType, resource },
    ...{ allowed, rule, revision, policy, requestId, purpose },
  });
}
