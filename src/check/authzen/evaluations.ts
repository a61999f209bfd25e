import type { Decision, EvaluationsRequest, Semantic } from './authzen.schema.js';

type Item = Record<'subject' | 'action' | 'resource' | 'context', unknown>;

/**
 * The questions of a batch: what an item lacks comes from the top, each of the four as a whole (§7.1.1). Whether they
 * are complete is seen afterwards, one by one.
 *
 * @returns `undefined` where there is no batch, and the top itself is the question
 */
export function itemsOf({ evaluations, ...top }: EvaluationsRequest): Item[] | undefined {
  if (!evaluations || evaluations.length === 0) return undefined;
  return evaluations.map((item) => {
    // Nothing can be taken from what is no object: it is refused by itself, and gets no defaults that would hide it.
    const own = (typeof item === 'object' && item !== null && !Array.isArray(item) ? item : undefined) as
      Partial<Item> | undefined;
    const pick = (name: keyof Item) => (own ? (own[name] ?? top[name]) : undefined);
    return { subject: pick('subject'), action: pick('action'), resource: pick('resource'), context: pick('context') };
  });
}

const stopsAt: Record<Semantic, boolean | undefined> = {
  execute_all: undefined,
  deny_on_first_deny: false,
  permit_on_first_permit: true,
};

/** The decisions up to the one that settles the batch, that one included (§7.1.2). */
export function upToTrigger(decisions: readonly Decision[], semantic: Semantic): readonly Decision[] {
  const trigger = stopsAt[semantic];
  const at = trigger === undefined ? -1 : decisions.findIndex(({ decision }) => decision === trigger);
  return at < 0 ? decisions : decisions.slice(0, at + 1);
}
