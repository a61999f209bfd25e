import { isScalar, isSeq, type Node } from 'yaml';
import type { OfficeSettings } from '#src/relations/vocabulary.js';
import type { Policy, Resource } from './bundle.js';
import type { CaseFile, CaseSubject, Expectation, PolicyCase } from './cases.js';
import type { Attribute } from './attributes.js';
import { type Facts, readFacts, readNamed, readProperties } from './facts-parser.js';
import type { Entry, Mapping, YamlSource } from './yaml-source.js';

const fileMembers = ['type', 'settings', 'subjects', 'resources', 'cases'];
const caseMembers = ['name', 'who', 'what', 'settings', 'action', 'context', 'expect', 'by'];

/** What an office has that has changed nothing. */
const defaultSettings: OfficeSettings = {
  onlyAdminsActivate: true,
  uniqueGroupNames: false,
  defaultClientGroup: null,
};
const defaultSubject = { status: 'active', validUntil: null };
/** What a subject of a type that is not built in has when its case says nothing. */
const openSubject = { properties: {}, validUntil: null };

/**
 * Reads the cases that belong to a policy.
 * @returns `undefined` when anything is wrong; `source.problems` says what.
 */
export function parseCases(source: YamlSource, policy: Policy): CaseFile | undefined {
  if (!source.readable) return undefined;
  const required = ['type', 'subjects', 'resources', 'cases'];
  const root = source.mapping(source.root, 'a cases file', fileMembers, required);
  const file = root && new CasesParser(source, policy).file(root);
  return source.problems.length === 0 ? file : undefined;
}

class CasesParser {
  private readonly settings = new Map<string, OfficeSettings>();
  private readonly subjects = new Map<string, CaseSubject>();
  private readonly resources = new Map<string, Resource>();

  constructor(
    private readonly source: YamlSource,
    private readonly policy: Policy,
  ) {}

  file(root: Mapping): CaseFile {
    const { type } = this.policy;
    const typeEntry = root.get('type');
    if (typeEntry && this.source.string(typeEntry, 'the type') !== type) {
      this.source.report(typeEntry, `these are the cases of "${type}"`);
    }
    this.readThings(root);
    const casesEntry = root.get('cases');
    const nodes = (casesEntry && this.source.list(casesEntry, 'cases')) ?? [];
    const cases = nodes.flatMap((node) => this.readCase(node) ?? []);
    return { type, file: this.source.file, subjects: this.subjects, resources: this.resources, cases };
  }

  private readThings(root: Mapping): void {
    const { type } = this.policy;
    // The parser has checked every value against the word's type; TypeScript cannot see that.
    for (const entry of readNamed(this.source, root.get('settings'), 'settings')) {
      const facts = readFacts(this.source, entry, { type, section: 'office' }, { ...defaultSettings });
      this.settings.set(entry.key, facts as unknown as OfficeSettings);
    }
    for (const entry of readNamed(this.source, root.get('subjects'), 'subjects')) {
      this.subjects.set(entry.key, this.readSubject(entry) as unknown as CaseSubject);
    }
    for (const entry of readNamed(this.source, root.get('resources'), 'resources')) {
      this.resources.set(entry.key, this.readResource(entry) as unknown as Resource);
    }
  }

  private readSubject(entry: Entry): Facts {
    const { type, subjects, entities } = this.policy;
    const scope = { type, section: 'subject', subjects } as const;
    if (!entities) return readFacts(this.source, entry, scope, { ...defaultSubject, id: entry.key });
    const facts = readFacts(this.source, entry, scope, { ...openSubject, id: entry.key, type: subjects[0] });
    return facts.type === 'collaborator' ? { ...facts, status: facts.status ?? 'active' } : facts;
  }

  private readResource(entry: Entry): Facts {
    const { type, entities, rules } = this.policy;
    const scope = { type, section: 'resource' } as const;
    const defaults = {
      id: entry.key,
      ...(type === 'dossier' && { private: false }),
      ...(entities && { properties: {} }),
    };
    // Whether a requirement is met is a fact to a case: who may do what with a dossier has cases of its own.
    const values = rules.flatMap(({ may }) => may?.name ?? []);
    const met: Attribute = { kind: 'requirement', set: true, optional: false, values };
    return readFacts(this.source, entry, scope, defaults, values.length > 0 ? { may: met } : {});
  }

  private readCase(node: Node): PolicyCase | undefined {
    const { source, policy } = this;
    const mapping = source.mapping(node, 'a case', caseMembers, ['name', 'who', 'what', 'expect']);
    if (!mapping) return undefined;
    const nameEntry = mapping.get('name');
    const expectEntry = mapping.get('expect');
    return {
      name: (nameEntry && source.string(nameEntry, 'the name')) ?? '',
      line: source.lineOf(node),
      settings: this.pick(mapping.get('settings'), this.settings, 'settings')[0] ?? defaultSettings,
      who: this.pick(mapping.get('who'), this.subjects, 'subject'),
      what: this.pick(mapping.get('what'), this.resources, 'resource'),
      action: readProperties(source, mapping.get('action'), { type: policy.type, section: 'action' }),
      context: readProperties(source, mapping.get('context'), { type: policy.type, section: 'context' }),
      expected: expectEntry ? this.readExpected(expectEntry) : new Map(),
      by: this.readBy(mapping.get('by')),
    };
  }

  /** One name, or a list of names, of things that the file declares. */
  private pick<T>(at: Entry | undefined, things: ReadonlyMap<string, T>, what: string): readonly T[] {
    return this.names(at).flatMap(({ value, node }) => {
      const thing = things.get(value);
      if (thing !== undefined) return [thing];
      this.source.report(node, `unknown ${what} "${value}"`);
      return [];
    });
  }

  private names(at: Entry | undefined): readonly { value: string; node: Node }[] {
    if (!at) return [];
    if (!isScalar(at.value)) return this.source.strings(at, `"${at.key}"`) ?? [];
    const value = this.source.string(at, `"${at.key}"`);
    return value === undefined ? [] : [{ value, node: at.value }];
  }

  private readBy(at: Entry | undefined): readonly string[] | undefined {
    if (!at) return undefined;
    if (isSeq(at.value) && at.value.items.length === 0) return [];
    const names = this.names(at);
    for (const { value, node } of names) {
      if (!this.policy.paths.has(value)) this.source.report(node, `unknown path "${value}"`);
    }
    return names.map(({ value }) => value);
  }

  private readExpected(at: Entry): ReadonlyMap<string, Expectation> {
    const expected = new Map<string, Expectation>();
    let rest: Expectation | undefined;
    for (const entry of this.source.mapping(at, '"expect"')?.entries ?? []) {
      const expectation = this.readExpectation(entry);
      if (!expectation) continue;
      if (isScalar(entry.value) && entry.value.value === 'rest') {
        if (rest) this.source.report(entry, '"rest" is here twice');
        rest = expectation;
      } else {
        this.addActions(expected, entry, expectation);
      }
    }
    for (const action of this.policy.actions) {
      if (rest && !expected.has(action)) expected.set(action, rest);
    }
    return expected;
  }

  /** `allow <rule>`, `deny <rule>`, or `deny` alone for what no rule allows. */
  private readExpectation(entry: Entry): Expectation | undefined {
    const [effect, id, ...more] = entry.key.split(' ');
    if ((effect !== 'allow' && effect !== 'deny') || more.length > 0 || (effect === 'allow' && !id)) {
      return void this.source.report(entry.keyNode, `"${entry.key}" must be "allow <rule>", "deny <rule>" or "deny"`);
    }
    const rule = id === undefined ? null : this.policy.rules.find((known) => known.id === id);
    if (rule === undefined) return void this.source.report(entry.keyNode, `unknown rule "${id}"`);
    if (rule && rule.effect !== effect) {
      return void this.source.report(entry.keyNode, `the rule "${rule.id}" does not ${effect}`);
    }
    return { allowed: effect === 'allow', rule: rule?.id ?? null };
  }

  private addActions(expected: Map<string, Expectation>, entry: Entry, expectation: Expectation): void {
    const all = isScalar(entry.value) && entry.value.value === '*';
    const actions = all
      ? this.policy.actions.map((value) => ({ value, node: entry.keyNode }))
      : (this.source.strings(entry, `the actions of "${entry.key}"`) ?? []);
    for (const { value, node } of actions) {
      if (!this.policy.actions.includes(value)) this.source.report(node, `unknown action "${value}"`);
      if (expected.has(value)) this.source.report(node, `"${value}" is expected twice`);
      expected.set(value, expectation);
    }
  }
}
