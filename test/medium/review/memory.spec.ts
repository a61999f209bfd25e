import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { AccessReviewService } from '#src/admin/access-review/access-review.service.js';
import type { ReviewFormat } from '#src/admin/access-review/review.schema.js';
import { aRequest, Importing } from '#test/support/importing.js';

const dossiers = 1_050;
const people = 100;

/**
 * What a review may hold on to, in MiB: the people of the office, a page of dossiers with their tuples, and what the
 * client has not read yet. These rows are 55 MiB as text: a review that held them all would be beyond it.
 */
const heldMax = 40;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function* lines() {
  yield { kind: 'client_group', id: 'g', name: 'G' };
  yield { kind: 'collaborator_group', id: 'k', name: 'K' };
  const tie = (object: string, relation: string, subject: string) => ({
    kind: 'relationship',
    object,
    relation,
    subject,
  });
  yield tie('client_group:g', 'collaborator_group', 'collaborator_group:k');
  for (let n = 0; n < people; n++) {
    yield { kind: 'collaborator', id: `c${n}`, email: `c${n}@office.example`, profile: 'collaborator' };
    yield tie('collaborator_group:k', 'member', `collaborator:c${n}`);
  }
  for (let n = 0; n < dossiers; n++) {
    yield { kind: 'dossier', id: `d${n}`, name: `Boulangerie de l'Été ${n}`, code: `B${n}`, status: 'active' };
    yield tie(`dossier:d${n}`, 'client_group', 'client_group:g');
  }
}

describe('a review of more than 100,000 rows', () => {
  let services: Importing;
  let office: string;

  beforeAll(async () => {
    services = await Importing.open({ DECISION_LOG: 'postgres' });
    office = await services.office('large');
    await services.import(office, [...lines()]);
    // Everybody has opened everything, twice.
    await services.sql.owner('create table decision_rest partition of decision default');
    await services.sql.owner(
      `insert into decision (office, instance, n, at, subject_type, subject, action, resource_type, resource, allowed, hash)
       select $1, '00000000-0000-7000-8000-000000000000', row_number() over (), now() - make_interval(days => day),
              'collaborator', 'c' || c, 'open', 'dossier', 'd' || d, true, sha256('x')
         from generate_series(0, $2 - 1) c, generate_series(0, $3 - 1) d, generate_series(1, 2) day`,
      [office, people, dossiers],
    );
  }, 180_000);
  afterAll(() => services.close());

  // How it was seen to fail: without the wait for what compresses the workbook.
  test.each<ReviewFormat>(['csv', 'xlsx'])(
    'streams as %s: it holds a bounded part of them, however many there are',
    async (format) => {
      collectGarbage();
      const start = process.memoryUsage();
      const filter = { action: 'open', collaborator: [], clientGroup: [], dossier: [] };
      const { stream } = await services.get(AccessReviewService).write(aRequest(office), filter, format);
      let opened = 0;
      let [held, lineEnds, pieces, bytes] = [0, 0, 0, 0];
      for await (const piece of stream as AsyncIterable<Buffer>) {
        bytes += piece.length;
        if (format === 'csv') opened += piece.toString('latin1').split('Z,,').length - 1;
        for (const byte of piece) if (byte === 0x0a) lineEnds++;
        if (pieces++ % 60 > 0) continue;
        collectGarbage();
        const { heapUsed, external } = process.memoryUsage();
        held = Math.max(held, heapUsed + external - start.heapUsed - start.external);
      }
      if (format === 'csv') {
        expect(lineEnds).toBe(people * dossiers + 1);
        // A few marks lie across two pieces.
        expect(opened).toBeGreaterThan(people * dossiers * 0.9);
      } else expect(bytes).toBeGreaterThan(2_000_000);
      expect(held / 2 ** 20).toBeLessThan(heldMax);
    },
    300_000,
  );
});
