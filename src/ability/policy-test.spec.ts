import { describe, expect, it } from '@jest/globals';
import type { CaseFile } from '#src/policy/cases.js';
import { readCases } from '#src/policy/load-cases.js';
import { loadBundle } from '#src/policy/load.js';
import { type CaseAsker, engineAsker, runCases } from './policy-test.js';

const bundle = loadBundle('policies');
const { files } = readCases('policies', bundle);

function fileOf(type: string): CaseFile {
  return files.find((file) => file.type === type)!;
}

describe('the policies that come with Cardea', () => {
  it.each([...bundle.policies.keys()])('pass their cases, and every rule of %s decides at least one', async (type) => {
    const policy = bundle.policies.get(type)!;
    const report = await runCases(policy, fileOf(type), engineAsker(policy));
    expect(report).toMatchObject({ failures: [], uncovered: [] });
    expect(report.asked).toBeGreaterThan(policy.actions.length);
  });
});

describe('running cases', () => {
  const policy = bundle.policies.get('office')!;
  const file = fileOf('office');
  const right = engineAsker(policy);
  const run = (ask: CaseAsker) => runCases(policy, file, ask);

  it('shows a wrong answer with where it was asked, what was expected and what came', async () => {
    const { failures } = await run((question) => {
      const wrong = question.who.id === 'support' && question.action === 'configure';
      return wrong ? { allowed: true, rule: 'admin-administers' } : right(question);
    });
    expect(failures).toEqual([
      expect.stringMatching(
        /^policies\/office\.cases\.yaml:\d+ "Everyone who is active .*": support configure office: expected deny, got allow admin-administers$/,
      ),
    ]);
  });

  it('takes the right answer for the wrong reason for wrong', async () => {
    const { failures } = await run((question) =>
      question.who.id === 'system' ? { allowed: true, rule: 'admin-administers' } : right(question),
    );
    expect(failures).toHaveLength(policy.actions.length);
  });

  it('names the rules that decided no question as expected', async () => {
    const { uncovered } = await run((question) =>
      question.who.id === 'system' ? { allowed: false, rule: null } : right(question),
    );
    expect(uncovered).toEqual(['office-system']);
  });

  it('takes answers that come later and know no paths, as those over HTTP', async () => {
    const dossiers = bundle.policies.get('dossier')!;
    const engine = engineAsker(dossiers);
    const report = await runCases(dossiers, fileOf('dossier'), async (question) => {
      const { allowed, rule } = await engine(question);
      return { allowed, rule };
    });
    expect(report).toMatchObject({ failures: [], uncovered: [] });
  });

  it('shows a wrong path where a case names the paths', async () => {
    const dossiers = bundle.policies.get('dossier')!;
    const engine = engineAsker(dossiers);
    const { failures } = await runCases(dossiers, fileOf('dossier'), async (question) => ({
      ...(await engine(question)),
      paths: ['guest'],
    }));
    expect(failures.some((failure) => /expected by manager, got by guest$/.test(failure))).toBe(true);
    expect(failures.some((failure) => /expected by no path, got by guest$/.test(failure))).toBe(true);
  });
});
