import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { pick, visitDemo } from '#test/support/demo-visitor.js';
import { startService } from '#test/support/service-process.js';

let dataDir: string;

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'cardea-demo-'));
});
afterAll(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

describe('the service without settings', () => {
  test.each(['1', '2'])(
    'signs visitors in as people of the demo, by %s process(es)',
    async (workers) => {
      const service = await startService({ DATA_DIR: dataDir, WORKERS: workers });
      try {
        expect(service.output()).toContain('/console (pick anyone of the demo, no password)');
        // Each request may be another worker's.
        for (let visit = 0; visit < 4; visit++) {
          const { session, api } = await pick(await visitDemo(service), '@horta.example Administrator');
          expect(session.offices).toEqual([expect.objectContaining({ office: 'horta', name: 'Fiduciaire Horta' })]);
          expect((await api.post('/session/sign-out')).body).toEqual({ signOutUrl: null });
        }
      } finally {
        expect(await service.stop()).toBe(0);
      }
    },
    240_000,
  );

  test.each([
    ['OIDC_ISSUER', { OIDC_ISSUER: 'https://id.example', OIDC_AUDIENCE: 'cardea' }],
    ['NODE_ENV=production', { NODE_ENV: 'production' }],
  ])('does not start with the demo’s sign-in and %s', async (name, environment) => {
    const started = startService({ DATA_DIR: dataDir, DEMO_SIGN_IN: 'true', ...environment });
    await expect(started).rejects.toThrow(
      `cannot start: DEMO_SIGN_IN lets everyone sign in as anyone, and cannot be used with ${name}`,
    );
  });
});
