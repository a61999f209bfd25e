import { v7 as uuidv7 } from 'uuid';
import { genesis, nextHash } from './chain.js';
import { textOf, type DecisionEntry } from './decision.js';

/** The chains of one process: one for each office that it has answered for. */
export class DecisionChains {
  readonly instance: string = uuidv7();
  private readonly heads = new Map<string, { n: number; hash: string }>();

  /** The next entry of the office's chain. */
  next(office: string, atMs: number, what: DecisionEntry['what']): DecisionEntry {
    const { n: last, hash: previous } = this.heads.get(office) ?? { n: 0, hash: genesis };
    const entry = { office, instance: this.instance, n: last + 1, at: new Date(atMs).toISOString(), what };
    const head = { n: entry.n, hash: nextHash(previous, textOf(entry)) };
    this.heads.set(office, head);
    return { ...entry, hash: head.hash };
  }
}
