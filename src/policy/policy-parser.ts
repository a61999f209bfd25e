import { isBuiltIn, isSafePath } from './attributes.js';
import type { Policy, PolicyPath, PolicyRule } from './bundle.js';
import { type EntityType, strictEntityType } from './entity-type.js';
import { parseEntityType } from './entity-type-parser.js';
import { ruleMembers, RuleParser, sections } from './rule-parser.js';
import type { Entry, Mapping, YamlSource } from './yaml-source.js';

const policyMembers = ['type', 'entities', 'subjects', 'actions', 'paths', 'rules'];

const typePattern = /^[a-z][a-z0-9_]{0,63}$/;
const namePattern = /^[a-z][a-z0-9_]{0,63}$/;
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
  const root = source.mapping(source.root, 'a policy', policyMembers, ['type']);
  const policy = root && new PolicyParser(source, root).policy(fileName);
  return source.problems.length === 0 ? policy : undefined;
}

class PolicyParser {
  constructor(
    private readonly source: YamlSource,
    private readonly root: Mapping,
  ) {}

  policy(fileName: string): Policy | undefined {
    const type = this.readType(fileName);
    const entitiesEntry = this.root.get('entities');
    this.requireRules(entitiesEntry !== undefined);
    // Without a type no word has a meaning, and every one would be reported.
    if (type === undefined) return undefined;
    const entities = this.readEntities(type, entitiesEntry);
    const paths = new Map<string, PolicyPath>();
    const words = { type, subjects: this.readSubjects(type), actions: this.readActions(), paths };
    const parser = new RuleParser(this.source, words);
    for (const entry of this.readPaths()) this.readPath(entry, parser, paths);
    const rules = this.readRules(parser);
    const { file, text } = this.source;
    return { ...words, ...(entities && { entities }), rules, file, source: text };
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

  /** A type that is only a subject of others has entities and no rules. */
  private requireRules(hasEntities: boolean): void {
    const missing = ['actions', 'rules'].filter((key) => !this.root.get(key));
    const isOnlySubject = hasEntities && missing.length === 2 && !this.root.get('paths');
    if (missing.length > 0 && !isOnlySubject)
      this.source.report(this.root.node, `a policy lacks ${missing.join(', ')}`);
  }

  private readEntities(type: string, entry: Entry | undefined): EntityType | undefined {
    if (!isBuiltIn(type)) return entry ? parseEntityType(this.source, entry) : strictEntityType;
    if (entry) this.source.report(entry.keyNode, `Cardea keeps "${type}" itself: it takes no "entities"`);
    return undefined;
  }

  private readSubjects(type: string): readonly string[] {
    const entry = this.root.get('subjects');
    if (!entry) return ['collaborator'];
    if (isBuiltIn(type)) {
      this.source.report(entry.keyNode, `the subjects of "${type}" are collaborators: it takes no "subjects"`);
    }
    return (this.source.strings(entry, 'subjects', typePattern) ?? []).map(({ value }) => value);
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

  private readPath(entry: Entry, parser: RuleParser, paths: Map<string, PolicyPath>): void {
    const name = entry.key;
    if (!namePattern.test(name) || !isSafePath(name)) {
      return this.source.report(entry.keyNode, `the path name "${name}" must fit ${namePattern.source}`);
    }
    const mapping = this.source.mapping(entry, `path "${name}"`, sections);
    if (mapping) paths.set(name, { name, ...this.source.placeOf(entry.keyNode), ...parser.sections(mapping) });
  }

  private readRules(parser: RuleParser): PolicyRule[] {
    const entry = this.root.get('rules');
    const rules: PolicyRule[] = [];
    const seen = new Set<string>();
    for (const node of (entry && this.source.list(entry, 'rules')) ?? []) {
      const mapping = this.source.mapping(node, 'a rule', ruleMembers, ['id', 'effect', 'actions', 'reason']);
      const rule = mapping && parser.rule(mapping);
      if (!rule) continue;
      if (seen.has(rule.id)) this.source.report(mapping.get('id')!, `the rule id "${rule.id}" is used twice`);
      seen.add(rule.id);
      rules.push(rule);
    }
    return rules;
  }
}
