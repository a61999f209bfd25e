import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { aSubject, defaultSettings as settings } from '#test/factories/facts.js';
import { AbilityService } from './ability.service.js';
import { PolicyBundles } from './bundles.js';

const folder = mkdtempSync(join(tmpdir(), 'policies-'));
afterAll(() => rmSync(folder, { recursive: true }));

// How it was seen to fail: without the look at the policy that an ability was compiled from.
it('an ability that other policies compiled is not used again, not even in the middle of a request', () => {
  cpSync('policies', folder, { recursive: true });
  const file = join(folder, 'dossier.policy.yaml');
  const sound = readFileSync(file, 'utf8');
  writeFileSync(file, sound.replaceAll('validate, ', ''));
  const bundles = PolicyBundles.load({ policyDir: 'policies' });
  // It answers from facts at hand: no cache is asked.
  const abilities = new AbilityService(bundles, undefined as never);
  const subject = aSubject({ clientGroups: ['g'] });
  const granted = () =>
    abilities
      .abilityOf('dossier', { subject, settings, policySet: null })
      .rules.filter(({ inverted }) => !inverted)
      .flatMap(({ action }) => action);
  expect(granted()).toContain('validate');
  bundles.replace(PolicyBundles.load({ policyDir: folder }));
  expect(granted()).not.toContain('validate');
});
