import { describe, expect, it } from '@jest/globals';
import { zipOf } from '#test/support/zip.js';
import { Zip } from './zip.js';

async function sizeOf(zip: Zip, name: string): Promise<number> {
  let size = 0;
  for await (const piece of zip.read(name)) size += piece.length;
  return size;
}

// How these were seen to fail: without the bound on what is inflated.
describe('a ZIP file', () => {
  it('gives its parts by name, and nothing for another name', async () => {
    const zip = Zip.open(Buffer.from(zipOf('a/b.xml', Buffer.from('<b/>'))));
    expect([await sizeOf(zip, 'a/b.xml'), await sizeOf(zip, 'a/c.xml')]).toEqual([4, 0]);
  });

  it('is read up to a bound, whatever it says of the size of its parts', async () => {
    const zip = Zip.open(Buffer.from(zipOf('bomb', Buffer.alloc(513 * 2 ** 20))));
    await expect(sizeOf(zip, 'bomb')).rejects.toMatchObject({ code: 'payload_too_large' });
  }, 60_000);

  it('is refused where it was cut, damaged or is none', async () => {
    const bytes = Buffer.from(zipOf('a', Buffer.from('some text that is long enough to be packed, packed, packed')));
    for (const bad of [Buffer.alloc(0), Buffer.from('PK'), bytes.subarray(0, -10), Buffer.alloc(100)]) {
      expect(() => Zip.open(bad)).toThrow('review_unreadable');
    }
    const damaged = Buffer.from(bytes);
    damaged.fill(0xff, 31, 50);
    await expect(sizeOf(Zip.open(damaged), 'a')).rejects.toMatchObject({ code: 'review_unreadable' });
  });
});
