import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { anAdmin } from '#test/factories/collaborators.js';
import { anOffice } from '#test/factories/offices.js';
import { Api } from '#test/support/api.js';
import { createTestDatabase, type TestDatabase } from '#test/support/database.js';
import { OfficeClient } from '#test/support/office-client.js';
import { startService } from '#test/support/service-process.js';

const key = 'cdk_clocks_clocks_clocks_clocks_1234';
const dayMs = 86_400_000;
const lifeMs = 2_500;

let database: TestDatabase;
let clock: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  clock = new pg.Client({ connectionString: database.url });
  await clock.connect();
}, 180_000);
afterAll(async () => {
  await clock.end();
  await database.drop();
});

/** What PostgreSQL's clock says. */
async function nowMs(): Promise<number> {
  const text = 'select extract(epoch from clock_timestamp()) * 1000 as now';
  const { rows } = await clock.query<{ now: string }>(text);
  return Number(rows[0]?.now);
}

/** Loaded before the service: `new Date()` and `Date.now()` are wrong by what the expression says at that moment. */
function wrongClock(skewMs: string): NodeJS.ProcessEnv {
  const script = `
    const Right = Date;
    const now = () => Right.now() + (${skewMs});
    globalThis.Date = class Date extends Right {
      constructor(...given) { if (given.length) super(...given); else super(now()); }
      static now() { return now(); }
    };`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
}

/**
 * Asks until well after the end, and compares each answer with PostgreSQL's clock before and after it.
 *
 * @returns the answers that were wrong, and how many were given on each side of the end
 */
async function watch(endsAtMs: number, ask: () => Promise<boolean>) {
  const seen = { early: 0, late: 0, isOpen: 0, isOver: 0 };
  for (;;) {
    const beforeMs = await nowMs();
    const may = await ask();
    const afterMs = await nowMs();
    if (afterMs < endsAtMs) seen[may ? 'isOpen' : 'early']++;
    if (beforeMs >= endsAtMs) seen[may ? 'late' : 'isOver']++;
    if (beforeMs > endsAtMs + 500) return seen;
  }
}

describe('a service whose clock', () => {
  // Seen to fail with `Date.now()` in the place of PostgreSQL's time where entries are compared with their end.
  test.each([
    ['is a day behind', `${-dayMs}`],
    ['is a day ahead', `${dayMs}`],
    ['jumps', `Math.floor(performance.now() / 300) % 2 ? ${dayMs} : ${-dayMs}`],
  ])(
    '%s ends an access and a key when PostgreSQL says so: not a moment later, and not earlier',
    async (_, skewMs) => {
      const service = await startService({
        ...wrongClock(skewMs),
        DATABASE_URL: database.url,
        CARDEA_BOOTSTRAP_KEY: key,
        REQUEST_DEADLINE_MS: '10000',
      });
      try {
        const office = new OfficeClient(new Api(service.url, key), `office-${skewMs.length}-${Math.random()}`);
        await office.api.put(office.at(), anOffice());
        await office.collaborator('boss', anAdmin());
        await office.collaborator('guest');
        await office.dossier('lent');
        const endsAtMs = Math.floor(await nowMs()) + lifeMs;
        const expiresAt = new Date(endsAtMs).toISOString();
        await office.relate({ object: 'dossier:lent', relation: 'guest', subject: 'collaborator:guest', expiresAt });
        const made = await office.api.post<{ key: string }>(office.at('api-keys'), {
          ...{ name: 'Short', scopes: ['check'], expiresAt },
        });
        expect(made.status).toBe(201);
        const short = new Api(service.url, made.body.key);
        const asked = { collaborator: 'boss', dossier: 'lent' };
        const admitted = async () => (await short.post(office.at('can-access'), asked)).status === 200;
        const access = watch(endsAtMs, () => office.may('guest', 'lent'));
        const [guest, caller] = await Promise.all([access, watch(endsAtMs, admitted)]);
        for (const seen of [guest, caller]) {
          expect(seen).toMatchObject({ early: 0, late: 0 });
          expect(Math.min(seen.isOpen, seen.isOver)).toBeGreaterThan(5);
        }
      } finally {
        await service.kill();
      }
    },
    60_000,
  );
});
