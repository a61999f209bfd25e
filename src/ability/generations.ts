/**
 * A bound on what several maps hold together. Entries live in two generations: when the young ones reach half of the
 * bound, all maps age at once, and what was old already is forgotten. So what is in use stays, and a hit costs nothing.
 */
export class Budget {
  private readonly maps = new Set<Aging>();
  private young = 0;

  /** @param most entries that all maps together may hold */
  constructor(
    private readonly most: number,
    private readonly onEvict: (count: number) => void = () => undefined,
  ) {}

  /** A new map under this bound. */
  map<V>(): Generations<V> {
    const map = new Generations<V>(() => this.spend());
    this.maps.add(map);
    return map;
  }

  /** Lets go of a map that is no longer used. */
  release(map: Aging): void {
    this.maps.delete(map);
  }

  /** Entries that all maps hold. */
  get size(): number {
    let size = 0;
    for (const map of this.maps) size += map.size;
    return size;
  }

  private spend(): void {
    if (++this.young < this.most / 2) return;
    this.young = 0;
    let evicted = 0;
    for (const map of this.maps) evicted += map.age();
    this.onEvict(evicted);
  }
}

/** What a budget needs to know of its maps. */
type Aging = Pick<Generations<unknown>, 'age' | 'size'>;

/** A map whose entries age with those of the other maps of its {@link Budget}. */
export class Generations<V> {
  private young = new Map<string, V>();
  private old = new Map<string, V>();

  constructor(private readonly spend: () => void) {}

  get(key: string): V | undefined {
    const value = this.young.get(key);
    if (value !== undefined) return value;
    const kept = this.old.get(key);
    if (kept !== undefined) {
      this.old.delete(key);
      this.set(key, kept);
    }
    return kept;
  }

  set(key: string, value: V): void {
    const isNew = !this.young.has(key);
    this.young.set(key, value);
    if (isNew) this.spend();
  }

  clear(): void {
    this.young.clear();
    this.old.clear();
  }

  /** Begins a new generation. @returns how many entries were forgotten */
  age(): number {
    const forgotten = this.old.size;
    this.old = this.young;
    this.young = new Map();
    return forgotten;
  }

  /** Entries held. */
  get size(): number {
    return this.young.size + this.old.size;
  }
}
