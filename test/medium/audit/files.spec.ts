import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { linesOf } from '#src/audit/audit-lines.js';
import { genesis, nextHash, sealed } from '#src/audit/chain.js';
import { verifyChains, type VerifyOptions } from '#src/audit/chain-verifier.js';
import { DecisionChains } from '#src/audit/decision-chains.js';
import { NdjsonSink } from '#src/audit/ndjson-sink.js';
import { Retention } from '#src/audit/retention.js';
import { entriesAt } from '#test/support/decision-entries.js';
import { DecisionFolder } from '#test/support/decision-lines.js';

const folder = new DecisionFolder();
const times = Array.from({ length: 30 }, (_, n) => Date.UTC(2026, 0, 1) + n);
const verify = (files: readonly string[], options?: VerifyOptions) => verifyChains(linesOf(files), options);

/** Writes entries a few at a time, as one process. */
async function write(entries: ReturnType<typeof entriesAt>, fileBytes: number): Promise<void> {
  const sink = new NdjsonSink({ folder: folder.path, fileBytes, retention: () => Promise.resolve(new Retention(1)) });
  for (let at = 0; at < entries.length; at += 7) await sink.write(entries.slice(at, at + 7));
  await sink.close();
}

/** What is found in a file with this content. */
async function inFile(content: Buffer | string, options?: VerifyOptions) {
  const file = `${folder.path}/tampered`;
  writeFileSync(file, content);
  return verify([file], options);
}

let whole: Buffer;
let lines: string[];
let head: string;

beforeAll(async () => {
  await write(entriesAt(times), 2 ** 20);
  whole = readFileSync(folder.files[0] ?? '');
  lines = whole.toString().split('\n').slice(0, -1);
  head = [...(await verify(folder.files)).heads.values()][0] ?? '';
});
afterAll(() => folder.remove());

const asFile = (some: readonly string[]) => some.map((line) => `${line}\n`).join('');

// How these were seen to fail: with a hash that leaves out the one before, and without the look at the heads.
describe('a file of the decision log', () => {
  test('is in order as it was written', async () => {
    expect(await inFile(whole)).toMatchObject({ entries: times.length, fault: undefined, trimmed: [] });
    expect(head).toMatch(/^[0-9a-f]{64}$/);
  });

  test('shows a change of any one byte, whatever it becomes, and names its line', async () => {
    const changed = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(changed, async ([at, by]) => {
        const tampered = Buffer.from(whole);
        tampered[at] = (tampered[at] ?? 0) ^ by;
        const line = whole.subarray(0, at).toString('latin1').split('\n').length;
        const { fault } = await inFile(tampered);
        expect(fault?.where.split(' ')[0]).toBe(`${folder.path}/tampered:${line}`);
      }),
      { numRuns: 1_000 },
    );
  }, 300_000);

  test('shows a replacement character that becomes bytes which look the same once they are read as text', async () => {
    const text = whole.toString().replace('"VAT return"', '"VAT return\ufffd"');
    // Such a line, with its right hash, of which one byte is no longer UTF-8.
    const first = (text.split('\n')[0] ?? '').replace(/,"hash":"\w+"}$/, '}');
    const good = Buffer.from(`${sealed(first, nextHash(genesis, first))}\n`);
    expect((await inFile(good)).fault).toBeUndefined();
    const bad = Buffer.from(good);
    bad[good.indexOf('\ufffd')] = 0xff;
    bad.fill(0xff, good.indexOf('\ufffd') + 1, good.indexOf('\ufffd') + 3);
    expect((await inFile(bad)).fault).toBeDefined();
  });

  test('shows lines that were removed, swapped, put in or written twice, by the first that does not fit', async () => {
    const at = fc.tuple(fc.nat(times.length - 1), fc.nat(times.length - 1)).map((two) => two.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(at, async ([first = 0, second = 0]) => {
        const expectFault = async (some: readonly string[], line: number) => {
          const where = (await inFile(asFile(some))).fault?.where;
          expect(where).toBe(`${folder.path}/tampered:${line}`);
        };
        const [a = '', b = ''] = [lines[first], lines[second]];
        if (second < times.length - 1) await expectFault(lines.toSpliced(first, second - first + 1), first + 1);
        if (first !== second) await expectFault(lines.with(first, b).with(second, a), first + 1);
        await expectFault(lines.toSpliced(second + 1, 0, a), second + 2);
        await expectFault(lines.toSpliced(first, 0, b === a ? (lines[(first + 1) % 30] ?? '') : b), first + 1);
      }),
      { numRuns: 60 },
    );
  });

  test('shows an end that was cut off to whoever kept a head, and a line that was cut short to everyone', async () => {
    for (const kept of [0, 1, 15, times.length - 1]) {
      const content = asFile(lines.slice(0, kept));
      expect((await inFile(content)).fault).toBeUndefined();
      expect((await inFile(content, { heads: [head] })).fault?.where).toBe(`head ${head}`);
    }
    expect((await inFile(whole, { heads: [head] })).fault).toBeUndefined();
    for (const cut of [1, 2, 50, 100]) {
      expect((await inFile(whole.subarray(0, -cut))).fault?.where).toContain(':30 (cut short)');
    }
  });

  test('shows that its beginning is gone, unless that is what happens to old entries', async () => {
    const later = asFile(lines.slice(10));
    expect((await inFile(later)).fault?.where).toContain('tampered:1');
    expect(await inFile(later, { mayBeTrimmed: true })).toMatchObject({ entries: 20, fault: undefined });
    const tampered = asFile(lines.slice(10).with(1, lines[15] ?? ''));
    expect((await inFile(tampered, { mayBeTrimmed: true })).fault?.where).toContain('tampered:2');
  });
});

describe('files of several processes and offices', () => {
  test('each go on from one file to the next, and a file that is missing or out of its order is found', async () => {
    const own = new DecisionFolder();
    const processes = Array.from({ length: 3 }, () => new DecisionChains());
    await Promise.all(
      processes.map(async (chains) => {
        const sink = new NdjsonSink({
          folder: own.path,
          fileBytes: 4_000,
          retention: () => Promise.resolve(new Retention(1)),
        });
        const entries = entriesAt(times, ['a', 'b'], chains);
        for (let at = 0; at < entries.length; at += 4) await sink.write(entries.slice(at, at + 4));
        await sink.close();
      }),
    );
    const { files } = own;
    expect(files.length).toBeGreaterThan(3 * 2);
    const { entries, heads, fault } = await verify(files);
    expect([entries, heads.size, fault]).toEqual([3 * times.length, 3 * 2, undefined]);
    const last = (file: string, index: number) => files[index + 1]?.slice(0, -12) !== file.slice(0, -12);
    const inTheMiddle = files.filter((file, index) => !last(file, index));
    for (const file of inTheMiddle) expect((await verify(files.filter((one) => one !== file))).fault).toBeDefined();
    expect((await verify(files.toReversed())).fault).toBeDefined();
    own.remove();
  });
});
