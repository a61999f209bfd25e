import type { ConditionSections } from '#src/policy/bundle.js';
import { type Condition, type Operator, settledSections, type Test } from '#src/policy/condition.js';
import { wordingOf, wordingOfAll } from './wording.js';

type Section = keyof ConditionSections;
const sections: readonly Section[] = [...settledSections, 'resource'];

export type ChangeKind = 'widen' | 'narrow';

/** A rule or path with one change. */
export interface Changed<T> {
  readonly kind: ChangeKind;
  /** Completes "the rule …". */
  readonly what: string;
  readonly part: T;
  /** What holds only with the change, or only without it; the part itself where that cannot be said. */
  readonly difference: T;
}

/** Each condition removed, falsified, and with a listed value less. */
export function changesOf<T extends ConditionSections>(part: T): Changed<T>[] {
  return sections.flatMap((section) => {
    const condition = part[section] ?? [];
    const put = (changed: Condition) => ({ ...part, [section]: changed });
    return condition.flatMap((tests, index): Changed<T>[] => {
      const replace = (changed: readonly Test[]) => put(condition.with(index, changed));
      const only = (changed: readonly Test[]) => put([changed]);
      return [
        {
          kind: 'narrow',
          what: `never holds by ${section} ${wordingOfAll(tests)}`,
          part: put(condition.toSpliced(index, 1)),
          difference: only(tests),
        },
        ...tests.flatMap((test, at): Changed<T>[] => {
          const opposite = oppositeOf(test);
          const without = tests.toSpliced(at, 1);
          return [
            {
              kind: 'widen',
              what: `does not ask for ${section} ${wordingOf(test)}`,
              part: replace(without),
              difference: only(opposite ? tests.with(at, opposite) : without),
            },
            ...listedValues(test).map(({ kind, value, fewer, equal }): Changed<T> => ({
              kind,
              what: `does not list ${section} ${test.field} ${value}`,
              part: replace(tests.with(at, fewer)),
              difference: only(tests.with(at, equal)),
            })),
          ];
        }),
      ];
    });
  });
}

const opposites: Partial<Record<Operator, Operator>> = { eq: 'ne', in: 'notIn', ne: 'eq', notIn: 'in' };

/** The test that holds where this one does not, the value being there. */
function oppositeOf(test: Test): Test | undefined {
  if (test.operator === 'exists' && 'literal' in test.operand) {
    return { ...test, operand: { literal: test.operand.literal !== true } };
  }
  const operator = opposites[test.operator];
  return operator && { ...test, operator };
}

function listedValues(test: Test) {
  const { operator, operand } = test;
  if (!('literal' in operand) || typeof operand.literal !== 'object' || operand.literal.length < 2) return [];
  const { literal } = operand;
  return literal.map((value, index) => ({
    kind: operator === 'in' ? ('narrow' as const) : ('widen' as const),
    value: String(value),
    fewer: { ...test, operand: { literal: literal.toSpliced(index, 1) } },
    equal: { ...test, operator: 'eq' as const, operand: { literal: value } },
  }));
}
