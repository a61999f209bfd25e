import type { EntityManager } from '@mikro-orm/postgresql';
import { rows } from '#src/platform/sql.js';
import type { Policy } from '#src/policy/bundle.js';
import { rolesOf, strictEntityType } from '#src/policy/entity-type.js';
import type { AccessFacts, DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import { entityKey, EntityStore, type StoredEntity } from '#src/relations/entity.store.js';
import { isId } from '#src/relations/vocabulary.js';
import type { Ability } from './ability.js';
import type { AbilityService } from './ability.service.js';
import type { PolicyBundles } from './bundles.js';
import { compile } from './compile.js';
import { verdictOf, type Resource, type Verdict } from './decide.js';
import { effectiveProperties, type EntityQuestion, type NamedEntity } from './entity-question.js';
import { notFound } from './question.js';
import type { EntitySubject } from './settle.js';

/**
 * One office as one transaction sees it, ready to be asked about resources of any type. Facts are loaded by
 * {@link load}, many questions at a time; {@link verdict} then decides without reading.
 */
export class EntitySnapshot {
  private readonly stored = new Map<string, StoredEntity>();
  private readonly people = new Map<string, SubjectFacts>();
  private readonly dossiers = new Map<string, DossierFacts>();
  /** One ability for each subject, with the action's properties and the context: all that it was compiled from. */
  private readonly abilities = new Map<string, { policy: Policy; ability: Ability }>();

  private constructor(
    private readonly em: EntityManager,
    private readonly office: string,
    private readonly service: AbilityService,
    private readonly bundles: PolicyBundles,
    private readonly facts: AccessFacts,
  ) {}

  /** @param em of a transaction that sees all as of its first statement @throws `office_not_found` */
  static async open(em: EntityManager, office: string, service: AbilityService, bundles: PolicyBundles) {
    return new EntitySnapshot(em, office, service, bundles, await service.factsIn(em, office, [], []));
  }

  get revision(): number {
    return this.facts.revision;
  }

  get policySet(): string | null {
    return this.facts.policySet;
  }

  /** The type that a name stands for in this office. */
  typeNamed(name: string): string | undefined {
    return this.bundles.typeNamed(this.policySet, name);
  }

  /** The ids of a type in their order, after one; collaborators too. */
  async ids(type: string, after: string | null, limit: number): Promise<string[]> {
    if (type !== 'collaborator') {
      const page = await new EntityStore(this.em, this.office).page(type, after, limit);
      for (const entity of page) this.stored.set(entityKey(entity), entity);
      return page.map(({ id }) => id);
    }
    const found = await rows<{ id: string }>(
      this.em,
      'select id from collaborator where office = $1 and ($2::text is null or id > $2) order by id limit $3',
      [this.office, after, limit],
    );
    return found.map(({ id }) => id);
  }

  /** Reads what the questions are about: two statements, and one more where rules ask about dossiers. */
  async load(questions: readonly EntityQuestion[]): Promise<void> {
    // A search through many subjects would keep an ability of each.
    this.abilities.clear();
    const refs = questions.flatMap(({ subject, resource }) => [subject, resource]).flatMap((ref) => this.refOf(ref));
    const generic = refs.filter(({ type }) => type !== 'collaborator' && type !== 'dossier');
    for (const [key, entity] of await new EntityStore(this.em, this.office).find(generic)) this.stored.set(key, entity);
    const idsOf = (wanted: string) => refs.flatMap(({ type, id }) => (type === wanted && isId(id) ? [id] : []));
    await this.loadFacts(idsOf('collaborator'), idsOf('dossier'));
    await this.loadFacts(
      [],
      questions.flatMap((question) => this.requiredDossiers(question)),
    );
  }

  /** The decision, by what {@link load} has read. @throws whatever a damaged rule throws: an error is no decision */
  verdict(question: EntityQuestion): Verdict {
    const subjectType = this.typeNamed(question.subject.type);
    const resourceType = this.typeNamed(question.resource.type);
    if (subjectType === undefined || resourceType === undefined) return notFound;
    if (resourceType === 'dossier') return this.dossierVerdict(subjectType, question);
    const policy = this.policyOf(resourceType);
    if (!policy?.subjects.includes(subjectType)) return notFound;
    const subject = this.subjectOf(subjectType, question.subject);
    const resource = this.resourceOf(policy, question.resource);
    if (!subject || !resource) return notFound;
    const may = this.metRequirements(policy, question, resource);
    return verdictOf(this.abilityOf(policy, subject, question), question.action.name, { ...resource, may });
  }

  private refOf({ type: name, id }: NamedEntity): { type: string; id: string }[] {
    const type = this.typeNamed(name);
    return type === undefined ? [] : [{ type, id }];
  }

  private policyOf(type: string): Policy | undefined {
    const policy = this.bundles.policyOf(this.policySet, type);
    return policy?.entities && policy;
  }

  private async loadFacts(people: readonly string[], dossiers: readonly string[]): Promise<void> {
    const newPeople = [...new Set(people)].filter((id) => !this.people.has(id));
    const newDossiers = [...new Set(dossiers)].filter((id) => !this.dossiers.has(id));
    if (newPeople.length + newDossiers.length === 0) return;
    const found = await this.service.factsIn(this.em, this.office, newPeople, newDossiers);
    for (const [id, facts] of found.subjects) this.people.set(id, facts);
    for (const [id, facts] of found.dossiers) this.dossiers.set(id, facts);
  }

  /** The same decision as a check of the dossier, with what the question says about the action and the context. */
  private dossierVerdict(subjectType: string, { subject, action, resource, context }: EntityQuestion): Verdict {
    const person = subjectType === 'collaborator' ? this.people.get(subject.id) : undefined;
    const dossier = this.dossiers.get(resource.id);
    if (!person || !dossier) return notFound;
    const { settings, policySet } = this.facts;
    const input = { subject: person, settings, policySet, action: action.properties, context };
    return verdictOf(this.service.abilityOf('dossier', input), action.name, { ...dossier });
  }

  /** Who asks; `undefined` for someone who is not there and need not be imagined. */
  private subjectOf(type: string, { id, properties: given }: NamedEntity): EntitySubject | undefined {
    if (type === 'collaborator') {
      const person = this.people.get(id);
      // Deactivation ends all access (rule 20), also where a policy forgets to say so.
      return person?.status === 'active' ? { ...person, type, properties: {}, roles: [] } : undefined;
    }
    const { asSubject, properties: precedence, roles } = this.policyOf(type)?.entities ?? strictEntityType;
    const stored = this.stored.get(entityKey({ type, id }));
    if (!stored && asSubject === 'closed') return undefined;
    const properties = effectiveProperties(stored?.properties, given, precedence);
    return { type, id, properties, roles: rolesOf(roles, properties) };
  }

  private resourceOf({ type, entities }: Policy, { id, properties: given }: NamedEntity): Resource | undefined {
    const { asResource, properties } = entities ?? strictEntityType;
    const stored = this.stored.get(entityKey({ type, id }));
    if (!stored && asResource === 'closed') return undefined;
    return { id, properties: effectiveProperties(stored?.properties, given, properties) };
  }

  private abilityOf(policy: Policy, subject: EntitySubject, { action, context }: EntityQuestion): Ability {
    const key = JSON.stringify([policy.type, subject, action.properties, context]);
    const known = this.abilities.get(key);
    // Policies may have been replaced since.
    if (known?.policy === policy) return known.ability;
    const { settings } = this.facts;
    const ability = compile(policy, { subject, settings, action: action.properties, context });
    this.abilities.set(key, { policy, ability });
    return ability;
  }

  /** The dossiers that rules about this action ask about besides. */
  private requiredDossiers(question: EntityQuestion): string[] {
    const type = this.typeNamed(question.resource.type);
    const policy = type === undefined ? undefined : this.policyOf(type);
    const resource = policy && this.resourceOf(policy, question.resource);
    if (!resource) return [];
    return requirementsOf(policy, question.action.name).flatMap(({ path }) => dossierAt(resource, path) ?? []);
  }

  /** The names of the requirements that the subject meets: each is a check of the dossier that the resource names. */
  private metRequirements(policy: Policy, { subject, action }: EntityQuestion, resource: Resource): string[] {
    return requirementsOf(policy, action.name).flatMap((required) => {
      const dossier = dossierAt(resource, required.path);
      if (dossier === undefined) return [];
      const question = { subject, action: { name: required.action }, resource: { type: 'dossier', id: dossier } };
      const subjectType = this.typeNamed(subject.type) ?? '';
      return this.dossierVerdict(subjectType, question).allowed ? [required.name] : [];
    });
  }
}

function requirementsOf({ rules }: Policy, action: string) {
  return rules.flatMap(({ may, actions }) => (may && actions.includes(action) ? [may] : []));
}

/** The id that a resource names; anything but an id names no dossier. */
function dossierAt(resource: Resource, path: string): string | undefined {
  const value = path.split('.').reduce<unknown>((from, name) => {
    const isMember = typeof from === 'object' && from !== null && Object.hasOwn(from, name);
    return isMember ? (from as Record<string, unknown>)[name] : undefined;
  }, resource);
  return isId(value) ? value : undefined;
}
