import { tupleKey, type Tuple } from '#src/relations/tuples.js';

/** A tuple as a write found it and as it leaves it. */
interface TupleStory {
  /** `undefined` where the write found none. */
  before: Tuple | undefined;
  isRemoved: boolean;
  after: Tuple | undefined;
}

/**
 * What a write does to the tuples of one key in the end, however many steps it took: the trail is folded to find out what
 * was in force at a past revision, so a tuple that came and went inside one write must not be in it.
 */
export class NetTuples {
  /** In the order in which they were made: "oldest first" goes by it (rule 19). */
  private readonly stories = new Map<string, TupleStory>();

  /** @param before the tuple that it takes the place of */
  add(after: Tuple, before: Tuple | undefined): void {
    const key = tupleKey(after);
    const known = this.stories.get(key);
    // Made anew, it is the youngest again.
    if (known && !known.after) this.stories.delete(key);
    this.stories.set(key, { before, isRemoved: false, ...known, after });
  }

  remove(before: Tuple): void {
    const key = tupleKey(before);
    const known = this.stories.get(key) ?? { before, isRemoved: true, after: undefined };
    if (known.before) this.stories.set(key, { ...known, isRemoved: true, after: undefined });
    else this.stories.delete(key);
  }

  /** Goes on with what a later part of the write did. */
  absorb(later: NetTuples): void {
    for (const { before, isRemoved, after } of later.stories.values()) {
      if (before && isRemoved) this.remove(before);
      if (after) this.add(after, before);
    }
  }

  /** Those that the write found and removed, be it to make them anew. */
  get removed(): Tuple[] {
    return [...this.stories.values()].flatMap(({ before, isRemoved }) => (before && isRemoved ? [before] : []));
  }

  /** Those that it made or changed and left, in the order in which they were made. */
  get added(): Tuple[] {
    return [...this.stories.values()].flatMap(({ after }) => after ?? []);
  }

  get isEmpty(): boolean {
    return this.stories.size === 0;
  }
}
