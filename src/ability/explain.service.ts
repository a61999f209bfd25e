import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { problem } from '#src/platform/errors.js';
import { rows } from '#src/platform/sql.js';
import type { AccessFacts, DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import { RelationStore } from '#src/relations/relation.store.js';
import { isId, revisionToken } from '#src/relations/vocabulary.js';
import { AbilityService, type Answers } from './ability.service.js';
import { ActorsService, type Permissions } from './actors.service.js';
import { audienceOf, type AudienceEntry } from './audience.js';
import { PolicyBundles } from './bundles.js';
import { decide, verdictOf, type Resource } from './decide.js';
import { remediesFor, revocationsOf, type Remedy } from './explain.js';
import { isWholeOffice, type Inquirer } from './inquirer.js';
import { PathDetails, type AccessPath } from './paths.js';
import { notFound, type Question } from './question.js';
import { Snapshots } from './snapshots.js';

/** One decision with everything behind it. */
export interface Explanation {
  allowed: boolean;
  rule: string | null;
  /** Every independent path that grants. */
  paths: AccessPath[];
  /** Every deny rule that holds. */
  denials: string[];
  /** For a deny: the smallest sets of changes that would grant it. */
  wouldGrant: Remedy[][];
  /** For a deny: whom to ask. */
  ask: { collaborator: string; name: string; as: 'manager' | 'admin' }[];
  /** For an allow: the smallest sets of tuples to remove so that access ends. */
  revocations: string[][];
  revision: string;
  /** The instant that is asked about, where it is not now. */
  asOf?: string;
  policySet: string | null;
  policy: string;
}

/** Decisions and how they came about, each answer from one snapshot of PostgreSQL: the present one, or one of the past. */
@Injectable()
export class ExplainService {
  constructor(
    private readonly snapshots: Snapshots,
    private readonly abilities: AbilityService,
    private readonly actors: ActorsService,
    private readonly bundles: PolicyBundles,
  ) {}

  /**
   * To a person who can do nothing with the dossier it does not exist, and so there is nothing to explain.
   *
   * @param asOf as of a past moment; see {@link Snapshots.read}
   * @throws `office_not_found`, `forbidden` for a person who asks about another
   */
  async explain(asker: Inquirer, question: Question, asOf?: string): Promise<Explanation> {
    const { office } = asker;
    if (asOf === undefined) await this.actors.requireMayAsk(asker, [question.collaborator]);
    return this.snapshots.read(asker, { asOf, dossiers: [question.dossier] }, async (em, past) => {
      const facts = await this.abilities.factsIn(em, office, ...existable(question));
      const subject = facts.subjects.get(question.collaborator);
      const dossier = facts.dossiers.get(question.dossier);
      const isThere = subject && dossier && (past || (await this.actors.seesDossier(em, asker, dossier)));
      const explanation = isThere
        ? await this.whole(em, office, facts, subject, dossier, question.action)
        : this.nothing(facts);
      return past ? { ...explanation, asOf: past.at } : explanation;
    });
  }

  /**
   * Who may do something with a dossier, and why. A collaborator sees it as an admin, or where they decide about the
   * people of the dossier.
   *
   * @param asOf as of a past moment; see {@link Snapshots.read}
   * @throws `not_found` where the dossier does not exist for the asker, `forbidden`
   */
  async audience(asker: Inquirer, dossier: string, action: string, asOf?: string) {
    const { office } = asker;
    return this.snapshots.read(asker, { asOf, dossiers: [dossier] }, async (em, past) => {
      // Who asks comes first: to a person of another office, this one does not exist (rule 32).
      const may = past || isWholeOffice(asker) ? undefined : (await this.actors.permissions(em, asker)).may;
      const facts = await this.abilities.factsIn(em, office, [], [dossier]);
      const found = facts.dossiers.get(dossier);
      if (!found) throw problem('not_found', { type: 'dossier', id: dossier });
      if (may) requireMaySeeAudience(may, { ...found });
      const audience = await audienceOf(em, this.abilities, office, [dossier], action);
      const entries: AudienceEntry[] = audience.get(dossier) ?? [];
      const { policySet: _policySet, ...stamp } = this.stamp(facts);
      return { audience: entries, ...stamp, ...(past && { asOf: past.at }) };
    });
  }

  /** The bare answers as of a past moment. No cache knows them, and none learns of them. */
  async answersAsOf(
    asker: Inquirer,
    questions: readonly Question[],
    asOf: string,
  ): Promise<Answers & { asOf: string }> {
    const dossiers = [...new Set(questions.map(({ dossier }) => dossier))];
    return this.snapshots.read(asker, { asOf, dossiers }, async (em, past) => {
      const { settings, policySet, ...facts } = await this.abilities.factsIn(
        em,
        asker.office,
        ...existable(...questions),
      );
      const verdicts = questions.map(({ collaborator, dossier, action }) => {
        const subject = facts.subjects.get(collaborator);
        const resource = facts.dossiers.get(dossier);
        if (!subject || !resource) return notFound;
        return verdictOf(this.abilities.abilityOf('dossier', { subject, settings, policySet }), action, resource);
      });
      return { verdicts, ...this.stamp({ ...facts, policySet }), asOf: past?.at ?? facts.readAt };
    });
  }

  private async whole(
    em: EntityManager,
    office: string,
    facts: AccessFacts,
    subject: SubjectFacts,
    dossier: DossierFacts,
    action: string,
  ): Promise<Explanation> {
    const { settings, policySet } = facts;
    const ability = this.abilities.abilityOf('dossier', { subject, settings, policySet });
    const decision = decide(ability, action, dossier);
    const details = await PathDetails.load(new RelationStore(em, office), [dossier]);
    const paths = details.pathsOf(subject, dossier, decision.paths);
    const { allows, denies } = ability.rulesAbout(action);
    const held = denies.filter((rule) => rule.matches(dossier));
    // Where a rule grants it without a path, no tuple's removal ends it.
    const needsPath = !allows.some((rule) => rule.path === null && rule.matches(dossier));
    const policy = this.bundles.policyOf(policySet, 'dossier');
    const wouldGrant = decision.allowed || !policy ? [] : remediesFor(policy, settings, action, { subject, dossier });
    return {
      allowed: decision.allowed,
      rule: decision.rule,
      paths,
      denials: [...new Set(held.flatMap(({ verdict }) => verdict.rule ?? []))],
      wouldGrant,
      ask: decision.allowed ? [] : await whomToAsk(em, office, subject, dossier),
      revocations: needsPath ? revocationsOf(paths) : [],
      ...this.stamp(facts),
    };
  }

  private nothing(facts: AccessFacts): Explanation {
    const none = { paths: [], denials: [], wouldGrant: [], ask: [], revocations: [] };
    return { allowed: false, rule: null, ...none, ...this.stamp(facts) };
  }

  private stamp({ revision, policySet }: Pick<AccessFacts, 'revision' | 'policySet'>) {
    return { revision: revisionToken(revision), policySet, policy: this.abilities.policyHash(policySet) };
  }
}

/** Whom and what questions name. An id of a wrong form is an id that does not exist, and PostgreSQL need not hear of it. */
function existable(...questions: readonly Question[]): [people: string[], dossiers: string[]] {
  const named = (of: 'collaborator' | 'dossier') => [...new Set(questions.map((one) => one[of]).filter(isId))];
  return [named('collaborator'), named('dossier')];
}

function requireMaySeeAudience(may: Permissions, dossier: Resource): void {
  if (!may('dossier', 'open', dossier)) throw problem('not_found', { type: 'dossier', id: dossier.id });
  if (!may('collaborator', 'check_access', { id: '-' }) && !may('dossier', 'assign_manager', dossier)) {
    throw problem('forbidden');
  }
}

/** The other managers of the dossier, and where there are none the admins: those who can change the answer. */
async function whomToAsk(em: EntityManager, office: string, subject: SubjectFacts, dossier: DossierFacts) {
  const found = await rows<{ collaborator: string; name: string; as: 'manager' | 'admin' }>(
    em,
    `select id as collaborator, coalesce(nullif(btrim(first_name || ' ' || last_name), ''), email) as name,
            case when id = any ($2) then 'manager' else 'admin' end as as
       from collaborator
      where office = $1 and status = 'active' and id <> $4 and (id = any ($2) or (profile = 'admin' and not $3))
      order by 3 desc, 2, 1 limit 20`,
    [office, dossier.managers, dossier.private, subject.id],
  );
  const managers = found.filter((row) => row.as === 'manager');
  return managers.length > 0 ? managers : found;
}
