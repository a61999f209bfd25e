import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Importing } from '#test/support/importing.js';
import { enterpriseNumber } from '#test/support/enterprise-number.js';

const dossiers = 100_000;
const people = 50;
const groups = 100;

/**
 * What an import may hold on to, in MiB. It sorts 2 Mi characters at a time (some 20 MiB as objects), holds two chunks
 * of 2,000 lines with the JSON that goes to PostgreSQL (some 10 MiB), and 32 KiB of each sorted run. These lines are
 * 45 MiB as text and 300 MiB and more as objects: an import that held them all would be far beyond the bound.
 */
const heldMax = 48;
/** Garbage comes on top, until it is collected: V8 lets some 200 MiB of it lie around. */
const residentMax = 320;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The relationships come first, so that every one of them has to wait for its dossier. */
async function* lines(): AsyncGenerator<Buffer> {
  let piece = '';
  for (const line of allLines()) {
    piece += `${JSON.stringify(line)}\n`;
    if (piece.length < 65_536) continue;
    yield await Promise.resolve(Buffer.from(piece));
    piece = '';
  }
  yield Buffer.from(piece);
}

function* allLines(): Generator<object> {
  const tie = (object: string, relation: string, subject: string) => ({
    kind: 'relationship',
    object,
    relation,
    subject,
  });
  for (let n = 0; n < dossiers; n++) {
    yield tie(`dossier:d${n}`, 'client_group', `client_group:g${n % groups}`);
    yield tie(`dossier:d${n}`, 'manager', `collaborator:c${n % people}`);
  }
  for (let n = 0; n < dossiers; n++) {
    const name = `Boulangerie de l'Été ${n}`;
    yield {
      kind: 'dossier',
      id: `d${n}`,
      name,
      code: `B${n}`,
      enterpriseNumber: enterpriseNumber(n),
      status: 'active',
    };
  }
  for (let n = 0; n < people; n++) yield { kind: 'collaborator', id: `c${n}`, email: `c${n}@office.example` };
  for (let n = 0; n < groups; n++) yield { kind: 'client_group', id: `g${n}`, name: `Groupe ${n}` };
}

describe('an import of 100,000 dossiers with their tuples', () => {
  let services: Importing;

  beforeAll(async () => {
    services = await Importing.open();
  });
  afterAll(() => services.close());

  test('streams: it holds a bounded part of them, however many there are', async () => {
    const office = await services.office('large');
    collectGarbage();
    const start = process.memoryUsage();
    let [held, resident, events] = [0, 0, 0];
    const measure = () => {
      const now = process.memoryUsage();
      resident = Math.max(resident, now.rss - start.rss);
      if (events++ % 40 > 0) return;
      collectGarbage();
      const { heapUsed, external } = process.memoryUsage();
      held = Math.max(held, heapUsed + external - start.heapUsed - start.external);
    };
    async function* measured() {
      for await (const piece of lines()) {
        measure();
        yield piece;
      }
    }
    let last: unknown;
    for await (const event of services.run(office, measured())) {
      measure();
      last = event;
    }
    const counts = { collaborator: people, client_group: groups, dossier: dossiers, relationship: 2 * dossiers };
    expect(last).toMatchObject({ done: true, counts, refused: [] });
    expect(held / 2 ** 20).toBeLessThan(heldMax);
    expect(resident / 2 ** 20).toBeLessThan(residentMax);
  }, 240_000);
});
