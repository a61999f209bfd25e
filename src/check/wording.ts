import type { AbilityService } from '#src/ability/ability.service.js';
import type { Verdict } from '#src/ability/decide.js';
import type { Language } from '#src/relations/vocabulary.js';

/**
 * Answers as text. A policy has a few dozen rules, so what is the same in every answer by one rule is written once; the
 * verdicts of one ability are frozen objects that live as long as it does.
 */
export class Wording {
  private readonly singles = new Map<string, string>();
  private readonly results = new WeakMap<Verdict, string>();

  constructor(private readonly abilities: AbilityService) {}

  /** The answer of `can-access`. */
  single(
    verdict: Verdict,
    language: Language,
    stamp: { revision: string; policy: string; policySet: string | null },
  ): string {
    const name = `${stamp.policy} ${language} ${verdict.allowed} ${verdict.rule}`;
    let start = this.singles.get(name);
    if (start === undefined) {
      const reason = this.abilities.reasonOf('dossier', verdict.rule, stamp.policySet)?.[language] ?? 'not_found';
      const text = JSON.stringify({ allowed: verdict.allowed, rule: verdict.rule, reason });
      start = `${text.slice(0, -1)},"revision":"`;
      this.singles.set(name, start);
    }
    return `${start}${stamp.revision}","policy":"${stamp.policy}"}`;
  }

  /** The answer of a batch. */
  batch(verdicts: readonly Verdict[], stamp: { revision: string; policy: string }): string {
    let text = '{"results":[';
    for (let at = 0; at < verdicts.length; at++) {
      const verdict = verdicts[at] as Verdict;
      let result = this.results.get(verdict);
      if (result === undefined) {
        result = JSON.stringify({ allowed: verdict.allowed, rule: verdict.rule });
        this.results.set(verdict, result);
      }
      text += at === 0 ? result : `,${result}`;
    }
    return `${text}],"revision":"${stamp.revision}","policy":"${stamp.policy}"}`;
  }
}
