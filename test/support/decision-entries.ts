import { DecisionChains } from '#src/audit/decision-chains.js';
import type { Decision, DecisionEntry } from '#src/audit/decision.js';

/** What a decision may look like in the log. */
export function aDecision(overrides: Partial<Decision> = {}): Decision {
  return {
    principal: 'key:k',
    actor: null,
    subjectType: 'collaborator',
    subject: 'anne',
    action: 'open',
    resourceType: 'dossier',
    resource: 'd',
    allowed: true,
    rule: 'collaborator-on-active',
    revision: '7',
    policy: 'cc3846',
    requestId: 'r',
    purpose: 'VAT return',
    ...overrides,
  };
}

/** Entries of one process at these times, in offices that take turns. */
export function entriesAt(
  times: readonly number[],
  offices: readonly string[] = ['a'],
  chains = new DecisionChains(),
): DecisionEntry[] {
  return times.map((atMs, index) =>
    chains.next(offices[index % offices.length] ?? 'a', atMs, aDecision({ requestId: `r${index}` })),
  );
}
