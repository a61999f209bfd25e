import { isScalar } from 'yaml';
import { type Language, languages } from '#src/relations/vocabulary.js';
import { isSafePath, type Section } from './attributes.js';
import type { ConditionSections, Policy, PolicyPath, PolicyRule } from './bundle.js';
import { both, findClash, settledSections } from './condition.js';
import { parseCondition } from './condition-parser.js';
import type { Entry, Mapping, YamlSource } from './yaml-source.js';

const sections: readonly Section[] = [...settledSections, 'resource'];
const ruleMembers = ['id', 'effect', 'actions', 'by', ...sections, 'reason'];

const typePattern = /^[a-z][a-z0-9_]{0,63}$/;
const namePattern = /^[a-z][a-z0-9_]{0,63}$/;
const ruleIdPattern = /^[a-z][a-z0-9-]{0,63}$/;
// No comma: packed rules join actions with commas.
const actionPattern = /^[A-Za-z][A-Za-z0-9_.:-]{0,63}$/;

// Plain CASL, which front ends use, takes these for "any action" and "any type".
const magicAction = 'manage';
const magicType = 'all';

/** The file name that belongs to a type: `client_group` is kept in `client-group.policy.yaml`. */
export function policyFileName(type: string): string {
  return `${type.replaceAll('_', '-')}.policy.yaml`;
}

/**
 * Reads one policy file.
 * @param fileName the name without its folder, which must fit the type.
 * @returns `undefined` when anything is wrong; `source.problems` says what.
 */
export function parsePolicy(source: YamlSource, fileName: string): Policy | undefined {
  if (!source.readable) return undefined;
  const root = source.mapping(
    source.root,
    'a policy',
    ['type', 'actions', 'paths', 'rules'],
    ['type', 'actions', 'rules'],
  );
  const policy = root && new PolicyParser(source, root).policy(fileName);
  return source.problems.length === 0 ? policy : undefined;
}

class PolicyParser {
  private type = '';
  private actions: readonly string[] = [];
  private readonly paths = new Map<string, PolicyPath>();

  constructor(
    private readonly source: YamlSource,
    private readonly root: Mapping,
  ) {}

  policy(fileName: string): Policy | undefined {
    const type = this.readType(fileName);
    // Without a type no word has a meaning, and every one would be reported.
    if (type === undefined) return undefined;
    this.type = type;
    this.actions = this.readActions();
    for (const entry of this.readPaths()) this.readPath(entry);
    const rules = this.readRules();
    const { file, text } = this.source;
    return { type, actions: this.actions, paths: this.paths, rules, file, source: text };
  }

  private readType(fileName: string): string | undefined {
    const entry = this.root.get('type');
    const type = entry && this.source.string(entry, 'the type', typePattern);
    if (type === undefined) return undefined;
    if (type === magicType || !isSafePath(type)) return void this.source.report(entry!, `"${type}" is a reserved name`);
    if (policyFileName(type) !== fileName) {
      this.source.report(entry!, `the policy of type "${type}" belongs in ${policyFileName(type)}`);
    }
    return type;
  }

  private readActions(): readonly string[] {
    const entry = this.root.get('actions');
    const actions = (entry && this.source.strings(entry, 'actions', actionPattern)) ?? [];
    for (const { value, node } of actions) {
      if (value === magicAction || !isSafePath(value.replaceAll(/[.:]/g, '-'))) {
        this.source.report(node, `"${value}" is a reserved name`);
      }
    }
    return actions.map(({ value }) => value);
  }

  private readPaths(): readonly Entry[] {
    const entry = this.root.get('paths');
    return (entry && this.source.mapping(entry, 'paths')?.entries) ?? [];
  }

  private readPath(entry: Entry): void {
    const name = entry.key;
    if (!namePattern.test(name) || !isSafePath(name)) {
      return this.source.report(entry.keyNode, `the path name "${name}" must fit ${namePattern.source}`);
    }
    const mapping = this.source.mapping(entry, `path "${name}"`, sections);
    if (mapping) this.paths.set(name, { name, line: this.source.lineOf(entry.keyNode), ...this.readSections(mapping) });
  }

  private readSections(mapping: Mapping): ConditionSections {
    const found: { -readonly [S in Section]?: ConditionSections[S] } = {};
    for (const section of sections) {
      const entry = mapping.get(section);
      if (entry) found[section] = parseCondition(this.source, entry, { type: this.type, section });
    }
    return found;
  }

  private readRules(): PolicyRule[] {
    const entry = this.root.get('rules');
    const rules: PolicyRule[] = [];
    const seen = new Set<string>();
    for (const node of (entry && this.source.list(entry, 'rules')) ?? []) {
      const mapping = this.source.mapping(node, 'a rule', ruleMembers, ['id', 'effect', 'actions', 'reason']);
      const rule = mapping && this.readRule(mapping);
      if (!rule) continue;
      if (seen.has(rule.id)) this.source.report(mapping.get('id')!, `the rule id "${rule.id}" is used twice`);
      seen.add(rule.id);
      rules.push(rule);
    }
    return rules;
  }

  private readRule(mapping: Mapping): PolicyRule | undefined {
    const id = this.member(mapping, 'id', (entry) => this.source.string(entry, 'the id', ruleIdPattern));
    const effect = this.member(mapping, 'effect', (entry) => this.readEffect(entry));
    const actions = this.member(mapping, 'actions', (entry) => this.readRuleActions(entry)) ?? [];
    const reason = this.member(mapping, 'reason', (entry) => this.readReason(entry));
    const conditions = this.readSections(mapping);
    const by = this.member(mapping, 'by', (entry) => this.readBy(entry, effect, conditions)) ?? [];
    if (id === undefined || effect === undefined || reason === undefined) return undefined;
    return { id, effect, actions, by, reason, line: this.source.lineOf(mapping.node), ...conditions };
  }

  private member<T>(mapping: Mapping, key: string, read: (entry: Entry) => T): T | undefined {
    const entry = mapping.get(key);
    return entry && read(entry);
  }

  private readEffect(entry: Entry): 'allow' | 'deny' | undefined {
    const effect = this.source.string(entry, 'the effect');
    if (effect === undefined || effect === 'allow' || effect === 'deny') return effect;
    return void this.source.report(entry, `unknown effect "${effect}": one of allow, deny`);
  }

  private readRuleActions(entry: Entry): readonly string[] {
    if (isScalar(entry.value) && entry.value.value === '*') return this.actions;
    const actions = this.source.strings(entry, 'the actions of a rule') ?? [];
    for (const { value, node } of actions) {
      if (this.actions.includes(value)) continue;
      this.source.report(node, `unknown action "${value}": one of ${this.actions.join(', ')}`);
    }
    return actions.map(({ value }) => value);
  }

  private readBy(entry: Entry, effect: string | undefined, conditions: ConditionSections): readonly string[] {
    if (effect === 'deny') this.source.report(entry, 'a deny rule takes no paths: it denies however one gets there');
    const names = this.source.strings(entry, '"by"') ?? [];
    for (const { value, node } of names) {
      const path = this.paths.get(value);
      if (!path) {
        this.source.report(node, `unknown path "${value}": one of ${[...this.paths.keys()].join(', ')}`);
        continue;
      }
      const clash = findClash(both(conditions.resource, path.resource));
      if (clash) this.source.report(node, `"${clash.operator}" of "${clash.field}" is in the rule and in the path`);
    }
    return names.map(({ value }) => value);
  }

  private readReason(entry: Entry): Record<Language, string> | undefined {
    const mapping = this.source.mapping(entry, 'a reason', languages, languages);
    if (!mapping) return undefined;
    const texts = languages.map((language) => [
      language,
      this.member(mapping, language, (text) => this.source.string(text, `the reason in ${language}`)),
    ]);
    return texts.every(([, text]) => text !== undefined)
      ? (Object.fromEntries(texts) as Record<Language, string>)
      : undefined;
  }
}
