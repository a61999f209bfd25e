import { genesis, nextHash, unsealed } from './chain.js';

/** An entry as a line, and where it was found. */
export interface LocatedLine {
  line: Buffer;
  /** `file:12`, or a row. */
  where: string;
}

/** What is wrong with the first entry that is. */
export interface Fault {
  where: string;
  why: string;
}

/** What was found in order. */
export interface Verified {
  entries: number;
  /** The last hash of each chain, by its name. */
  heads: ReadonlyMap<string, string>;
  /** Chains whose beginning is gone, as it is after their time: their first entry here is taken for granted. */
  trimmed: readonly string[];
  fault: Fault | undefined;
}

export interface VerifyOptions {
  /** Hashes known from before: each must be the one of an entry, or the end of its chain was cut off. */
  heads?: readonly string[];
  /** Whether chains may lack their beginning. */
  mayBeTrimmed?: boolean;
}

/**
 * Follows every chain through the lines, in the order given, up to the first entry that does not fit.
 *
 * @throws what reading throws
 */
export async function verifyChains(
  lines: AsyncIterable<readonly LocatedLine[]>,
  { heads: known = [], mayBeTrimmed = false }: VerifyOptions = {},
): Promise<Verified> {
  const heads = new Map<string, string>();
  const trimmed: string[] = [];
  const awaited = new Set(known);
  let entries = 0;
  for await (const chunk of lines) {
    for (const { line, where } of chunk) {
      const found = follow(line, heads, mayBeTrimmed);
      if ('why' in found) return { entries, heads, trimmed, fault: { where, why: found.why } };
      if (found.isTrimmed) trimmed.push(found.chain);
      heads.set(found.chain, found.hash);
      awaited.delete(found.hash);
      entries++;
    }
  }
  const [missing] = awaited;
  const why = 'no entry has this hash: the end of a chain was cut off, or a chain is missing';
  return { entries, heads, trimmed, fault: missing === undefined ? undefined : { where: `head ${missing}`, why } };
}

type Step = { chain: string; hash: string; isTrimmed: boolean } | { why: string };

function follow(line: Buffer, heads: ReadonlyMap<string, string>, mayBeTrimmed: boolean): Step {
  const found = unsealed(line);
  const chain = found && chainOf(found.text);
  if (!found || chain === undefined) return { why: 'it is no entry of a log' };
  const previous = heads.get(chain);
  const isRight = nextHash(previous ?? genesis, found.text) === found.hash;
  if (isRight) return { chain, hash: found.hash, isTrimmed: false };
  if (previous === undefined && mayBeTrimmed) return { chain, hash: found.hash, isTrimmed: true };
  if (previous === undefined) return { why: `it was changed, or what came before it in ${chain} is missing` };
  return { why: `it was changed, or something was removed, moved or put in before it in ${chain}` };
}

/** The name of the chain that an entry belongs to. */
function chainOf(text: Buffer): string | undefined {
  try {
    const { log, office, instance } = JSON.parse(text.toString()) as Record<string, unknown>;
    const parts = log === 'change' ? [log, office] : [log, office, instance];
    return parts.every((part) => typeof part === 'string') ? parts.join(' ') : undefined;
  } catch {
    return undefined;
  }
}
