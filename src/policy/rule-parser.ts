import { isScalar } from 'yaml';
import { type Language, languages } from '#src/relations/vocabulary.js';
import { isBuiltIn, type Section } from './attributes.js';
import {
  type AcceptableFinding,
  acceptableFindings,
  type ConditionSections,
  type Policy,
  type PolicyRule,
  type Requirement,
} from './bundle.js';
import { both, findClash, settledSections } from './condition.js';
import { parseCondition } from './condition-parser.js';
import { parseRequirement } from './requirement-parser.js';
import type { Entry, Mapping, YamlSource } from './yaml-source.js';

/** The sections of a rule or a path. */
export const sections: readonly Section[] = [...settledSections, 'resource'];
export const ruleMembers = ['id', 'effect', 'actions', 'by', 'may', ...sections, 'reason', 'accepts'];

const ruleIdPattern = /^[a-z][a-z0-9-]{0,63}$/;

/** Reads rules and the conditions of paths, in the words that the policy has declared by then. */
export class RuleParser {
  constructor(
    private readonly source: YamlSource,
    private readonly policy: Pick<Policy, 'type' | 'subjects' | 'actions' | 'paths'>,
  ) {}

  sections(mapping: Mapping): ConditionSections {
    const { type, subjects } = this.policy;
    const found: { -readonly [S in Section]?: ConditionSections[S] } = {};
    for (const section of sections) {
      const entry = mapping.get(section);
      if (entry) found[section] = parseCondition(this.source, entry, { type, section, subjects });
    }
    return found;
  }

  rule(mapping: Mapping): PolicyRule | undefined {
    const id = this.member(mapping, 'id', (entry) => this.source.string(entry, 'the id', ruleIdPattern));
    const effect = this.member(mapping, 'effect', (entry) => this.readEffect(entry));
    const actions = this.member(mapping, 'actions', (entry) => this.readRuleActions(entry)) ?? [];
    const reason = this.member(mapping, 'reason', (entry) => this.readReason(entry));
    const conditions = this.sections(mapping);
    const by = this.member(mapping, 'by', (entry) => this.readBy(entry, effect, conditions)) ?? [];
    const may = this.member(mapping, 'may', (entry) => this.readMay(entry, effect));
    const accepts = this.member(mapping, 'accepts', (entry) => this.readAccepts(entry)) ?? new Map();
    if (id === undefined || effect === undefined || reason === undefined) return undefined;
    return {
      id,
      effect,
      actions,
      by,
      ...(may && { may }),
      reason,
      accepts,
      ...this.source.placeOf(mapping.node),
      ...conditions,
    };
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
    if (isScalar(entry.value) && entry.value.value === '*') return this.policy.actions;
    const actions = this.source.strings(entry, 'the actions of a rule') ?? [];
    for (const { value, node } of actions) {
      if (this.policy.actions.includes(value)) continue;
      this.source.report(node, `unknown action "${value}": one of ${this.policy.actions.join(', ')}`);
    }
    return actions.map(({ value }) => value);
  }

  private readBy(entry: Entry, effect: string | undefined, conditions: ConditionSections): readonly string[] {
    if (effect === 'deny') this.source.report(entry, 'a deny rule takes no paths: it denies however one gets there');
    const names = this.source.strings(entry, '"by"') ?? [];
    for (const { value, node } of names) {
      const path = this.policy.paths.get(value);
      if (!path) {
        this.source.report(node, `unknown path "${value}": one of ${[...this.policy.paths.keys()].join(', ')}`);
        continue;
      }
      const clash = findClash(both(conditions.resource, path.resource));
      if (clash) this.source.report(node, `"${clash.operator}" of "${clash.field}" is in the rule and in the path`);
    }
    return names.map(({ value }) => value);
  }

  private readMay(entry: Entry, effect: string | undefined): Requirement | undefined {
    if (effect === 'deny') this.source.report(entry.keyNode, 'a deny rule takes no "may": write it on what allows');
    if (isBuiltIn(this.policy.type))
      this.source.report(entry.keyNode, `a rule of "${this.policy.type}" takes no "may"`);
    return parseRequirement(this.source, entry);
  }

  private readAccepts(entry: Entry): ReadonlyMap<AcceptableFinding, string> {
    const mapping = this.source.mapping(entry, '"accepts"', acceptableFindings);
    const pairs = acceptableFindings.flatMap((finding): [AcceptableFinding, string][] => {
      const why = mapping?.get(finding);
      const text = why && this.source.string(why, 'the reason');
      return text === undefined ? [] : [[finding, text]];
    });
    return new Map(pairs);
  }

  private readReason(entry: Entry): Record<Language, string> | undefined {
    return this.source.asKind('missing-translation', () => this.readTexts(entry));
  }

  private readTexts(entry: Entry): Record<Language, string> | undefined {
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
