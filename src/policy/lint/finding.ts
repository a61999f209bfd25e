import type { Place, Problem } from '#src/policy/problem.js';

/** Everything that lint looks for, with what each of it means. */
export const lintRules = {
  invalid: { severity: 'error', summary: 'The service does not start with this.' },
  'missing-translation': { severity: 'error', summary: 'A reason is not said in every language.' },
  'unreachable-rule': {
    severity: 'error',
    summary: 'A rule that can hold for nobody, or whose grants are all denied.',
  },
  'shadowed-rule': { severity: 'warning', summary: 'A rule that never decides: others before it always do.' },
  'deny-without-effect': { severity: 'warning', summary: 'A deny rule of what no rule allows.' },
  'allow-without-resource-condition': {
    severity: 'warning',
    summary: 'An allow rule that asks nothing about the resource, and so grants for all of them.',
  },
  'unreachable-path': { severity: 'warning', summary: 'A path of a rule that can never hold together with it.' },
  'unused-path': { severity: 'warning', summary: 'A path that no rule names.' },
  'unused-exception': { severity: 'warning', summary: 'A rule accepts a finding that is not there.' },
  'uncovered-rule': { severity: 'warning', summary: 'A rule that no case shows deciding.' },
} as const satisfies Record<string, { severity: 'error' | 'warning'; summary: string }>;

export type LintRuleId = keyof typeof lintRules;

/** One thing that lint found. */
export interface Finding extends Place {
  readonly rule: LintRuleId;
  readonly file: string;
  readonly message: string;
}

/** What loading complains about, as findings. */
export function findingOf({ kind, file, line, column, message }: Problem): Finding {
  return { rule: kind ?? 'invalid', file, line, column, message };
}

/** `file:line:column severity message (rule)`, the form that editors and terminals turn into a link. */
export function formatFinding({ rule, file, line, column, message }: Finding): string {
  return `${file}:${line}:${column} ${lintRules[rule].severity} ${message} (${rule})`;
}
