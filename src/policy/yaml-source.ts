import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLMap } from 'yaml';
import type { Scalar } from './condition.js';
import type { Place, Problem } from './problem.js';

/** A member of a mapping. `value` is `null` where the file has nothing after the colon. */
export interface Entry {
  readonly key: string;
  readonly keyNode: Node;
  readonly value: Node | null;
}

/** A mapping whose members have been checked to be known. */
export interface Mapping {
  readonly node: Node;
  readonly entries: readonly Entry[];
  get(key: string): Entry | undefined;
}

/**
 * One YAML file, read strictly: a step that finds something else than it expects reports it with line and column and
 * answers `undefined`, so that one run finds everything that is wrong. Nothing is turned into JavaScript objects
 * before it has been looked at, so a key such as `__proto__` is only ever a text.
 */
export class YamlSource {
  readonly problems: Problem[] = [];
  readonly root: Node | null;
  private readonly lines = new LineCounter();
  private kind: Problem['kind'];

  constructor(
    readonly file: string,
    readonly text: string,
  ) {
    const document = parseDocument(text, {
      lineCounter: this.lines,
      prettyErrors: false,
      uniqueKeys: true,
      version: '1.2',
      schema: 'core',
    });
    for (const fault of [...document.errors, ...document.warnings]) this.report(fault.pos[0], fault.message);
    this.root = document.contents;
  }

  /** `true` while the text is YAML at all; only then is it worth looking at what it says. */
  get readable(): boolean {
    return this.problems.length === 0;
  }

  /** Notes a problem where something starts. */
  report(at: Node | Entry | number | null, message: string): void {
    const offset = typeof at === 'number' ? at : this.offsetOf(at);
    const { line, col } = this.lines.linePos(offset);
    this.problems.push({ file: this.file, line, column: col, message, ...(this.kind && { kind: this.kind }) });
  }

  /** Notes whatever `read` reports as a problem of this kind. */
  asKind<T>(kind: Problem['kind'], read: () => T): T {
    this.kind = kind;
    try {
      return read();
    } finally {
      this.kind = undefined;
    }
  }

  /** The line on which something starts. */
  lineOf(at: Node | Entry): number {
    return this.placeOf(at).line;
  }

  /** Where something starts. */
  placeOf(at: Node | Entry): Place {
    const { line, col } = this.lines.linePos(this.offsetOf(at));
    return { line, column: col };
  }

  /**
   * The members of a mapping.
   * @param known when given, every other member is reported, and so is each of `required` that is missing.
   */
  mapping(at: Entry | Node | null, what: string, known?: readonly string[], required: readonly string[] = []) {
    const node = valueOf(at);
    if (!isMap(node)) return void this.report(at, `${what} must be a mapping${found(node)}`);
    const entries = this.entries(node);
    if (entries.length === 0) return void this.report(at, `${what} must not be empty`);
    for (const entry of entries) {
      if (known && !known.includes(entry.key)) {
        this.report(entry.keyNode, `unknown member "${entry.key}" of ${what}: one of ${known.join(', ')}`);
      }
    }
    const missing = required.filter((key) => !entries.some((entry) => entry.key === key));
    if (missing.length > 0) this.report(at, `${what} lacks ${missing.join(', ')}`);
    const byKey = new Map(entries.map((entry) => [entry.key, entry]));
    const mapping: Mapping = { node, entries, get: (key) => byKey.get(key) };
    return mapping;
  }

  /** The members of a list that has some. */
  list(at: Entry | Node | null, what: string): readonly Node[] | undefined {
    const node = valueOf(at);
    if (!isSeq(node)) return void this.report(at, `${what} must be a list${found(node)}`);
    if (node.items.length === 0) return void this.report(at, `${what} must not be empty`);
    return node.items.filter((item) => isNode(item));
  }

  /** A text that is not blank, and fits the pattern where one is given. */
  string(at: Entry | Node | null, what: string, pattern?: RegExp): string | undefined {
    const value = this.scalar(at, what);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') return void this.report(at, `${what} must be a text, not ${String(value)}`);
    if (value.trim() === '') return void this.report(at, `${what} must not be blank`);
    if (pattern && !pattern.test(value)) return void this.report(at, `${what} "${value}" must fit ${pattern.source}`);
    return value;
  }

  /** A list of texts without duplicates, each with its node. */
  strings(at: Entry | Node | null, what: string, pattern?: RegExp): { value: string; node: Node }[] | undefined {
    const seen = new Set<string>();
    const texts: { value: string; node: Node }[] = [];
    for (const node of this.list(at, what) ?? []) {
      const value = this.string(node, `a member of ${what}`, pattern);
      if (value === undefined) continue;
      if (seen.has(value)) this.report(node, `"${value}" is twice in ${what}`);
      seen.add(value);
      texts.push({ value, node });
    }
    return texts.length > 0 ? texts : undefined;
  }

  /** A text, a finite number or a truth value. */
  scalar(at: Entry | Node | null, what: string): Scalar | undefined {
    const node = valueOf(at);
    const value: unknown = isScalar(node) ? node.value : undefined;
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    return void this.report(at, `${what} must be a text, a number or a truth value${found(node)}`);
  }

  private entries(map: YAMLMap): Entry[] {
    const entries: Entry[] = [];
    for (const { key, value } of map.items) {
      if (isScalar(key) && typeof key.value === 'string') {
        entries.push({ key: key.value, keyNode: key, value: isNode(value) ? value : null });
      } else {
        this.report(isNode(key) ? key : map, 'a key must be a text');
      }
    }
    return entries;
  }

  private offsetOf(at: Node | Entry | null): number {
    if (at === null) return 0;
    if (isNode(at)) return at.range?.[0] ?? 0;
    // A value on a line of its own is shown there; one that is missing, at its key.
    const value = at.value?.range;
    return value && value[1] > value[0] ? value[0] : (at.keyNode.range?.[0] ?? 0);
  }
}

function valueOf(at: Entry | Node | null): Node | null {
  return at === null || isNode(at) ? at : at.value;
}

function found(node: Node | null): string {
  if (node === null || (isScalar(node) && node.value === null)) return '; there is nothing here';
  if (isAlias(node)) return '; aliases are not used here, write it out';
  if (isMap(node)) return ', not a mapping';
  if (isSeq(node)) return ', not a list';
  return '';
}
