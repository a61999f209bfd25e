import { describe, expect, it } from '@jest/globals';
import { readCases } from '#src/policy/load-cases.js';
import { loadBundle, readBundle } from '#src/policy/load.js';
import { engineAsker, runCases } from './policy-test.js';

describe.each(['examples/authzen/policies/authzen', 'examples/invoices/policies/invoices'])(
  'the policies of %s',
  (folder) => {
    it('are sound, decide their cases as expected, and have a case for every rule', async () => {
      const { bundle, problems } = readBundle(folder, loadBundle('policies'));
      const { files, problems: inCases } = readCases(folder, bundle);
      expect([...problems, ...inCases]).toEqual([]);
      expect(files.length).toBeGreaterThan(0);
      for (const file of files) {
        const policy = bundle.policies.get(file.type)!;
        expect(await runCases(policy, file, engineAsker(policy))).toMatchObject({ failures: [], uncovered: [] });
      }
    });
  },
);
