import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Database } from '#src/platform/database.js';
import { rows } from '#src/platform/sql.js';
import type { AccessFacts, DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import { RelationStore } from '#src/relations/relation.store.js';
import { revisionToken } from '#src/relations/vocabulary.js';
import { AbilityService } from './ability.service.js';
import type { Question } from './question.js';
import { ActorsService, type Inquirer } from './actors.service.js';
import { PolicyBundles } from './bundles.js';
import { decide } from './decide.js';
import { remediesFor, revocationsOf, type Remedy } from './explain.js';
import { PathDetails, type AccessPath } from './paths.js';

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
  policySet: string | null;
  policy: string;
}

/** How a decision came about, from one snapshot of PostgreSQL. */
@Injectable()
export class ExplainService {
  constructor(
    private readonly database: Database,
    private readonly abilities: AbilityService,
    private readonly actors: ActorsService,
    private readonly bundles: PolicyBundles,
  ) {}

  /**
   * To a person who can do nothing with the dossier it does not exist, and so there is nothing to explain.
   *
   * @throws `office_not_found`, `forbidden` for a person who asks about another
   */
  async explain(asker: Inquirer, question: Question): Promise<Explanation> {
    const { office } = asker;
    await this.actors.requireMayAsk(asker, [question.collaborator]);
    return this.database.inOffice(
      office,
      async (em) => {
        const facts = await this.abilities.factsIn(em, office, [question.collaborator], [question.dossier]);
        const subject = facts.subjects.get(question.collaborator);
        const dossier = facts.dossiers.get(question.dossier);
        if (!subject || !dossier) return this.nothing(facts);
        if (!(await this.actors.seesDossier(em, asker, dossier))) return this.nothing(facts);
        return this.whole(em, office, facts, subject, dossier, question.action);
      },
      { readOnly: true },
    );
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

  private stamp({ revision, policySet }: AccessFacts) {
    return { revision: revisionToken(revision), policySet, policy: this.abilities.policyHash(policySet) };
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
