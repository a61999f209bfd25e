import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { builtInTypes, collaboratorStatuses, languages, profiles } from '#src/relations/vocabulary.js';
import { operators, settledSections } from './condition.js';
import { readCases } from './load-cases.js';
import { loadBundle } from './load.js';

type Schema = { [key: string]: Schema } & { required?: string[]; enum?: string[] };

function schemaOf(name: string): Schema {
  return JSON.parse(readFileSync(`policies/${name}.schema.json`, 'utf8')) as Schema;
}

describe('the policies that come with Cardea', () => {
  const bundle = loadBundle('policies');

  it('protect every type that Cardea keeps', () => {
    expect([...bundle.policies.keys()].sort()).toEqual([...builtInTypes].sort());
  });

  it('have cases, and lint finds nothing', () => {
    expect(readCases('policies', bundle).problems).toEqual([]);
  });

  it('each deny the inactive and allow the integration of the office everything', () => {
    for (const { actions, rules } of bundle.policies.values()) {
      expect(rules[0]).toMatchObject({ id: 'inactive-collaborator', effect: 'deny', actions });
      expect(rules.at(-1)).toMatchObject({ id: 'office-system', effect: 'allow', actions });
    }
  });

  it('are all named in the README for reviewers', () => {
    const readme = readFileSync('policies/README.md', 'utf8');
    for (const { file } of bundle.policies.values()) expect(readme).toContain(file.replace('policies/', ''));
    for (const rule of bundle.policies.get('dossier')!.rules.filter(({ effect }) => effect === 'deny')) {
      expect(readme).toContain(`\`${rule.id}\``);
    }
  });
});

describe('the JSON Schemas for editors', () => {
  it('offer the operators, sections and languages that the loader takes', () => {
    const { $defs } = schemaOf('policy');
    expect(Object.keys($defs!.operators!.properties!)).toEqual([...operators]);
    expect($defs!.rule!.properties!.reason!.required).toEqual([...languages]);
    for (const section of [...settledSections, 'resource']) expect($defs!.rule!.properties).toHaveProperty(section);
  });

  it('offer the profiles and statuses that there are', () => {
    const subject = schemaOf('cases').properties!.subjects!.additionalProperties!.properties!;
    expect(subject.profile!.enum).toEqual([...profiles, 'system']);
    expect(subject.status!.enum).toEqual([...collaboratorStatuses]);
  });
});
