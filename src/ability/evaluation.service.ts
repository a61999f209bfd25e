import { Injectable, Logger } from '@nestjs/common';
import { Database } from '#src/platform/database.js';
import { problem } from '#src/platform/errors.js';
import { revisionToken } from '#src/relations/vocabulary.js';
import { AbilityService } from './ability.service.js';
import { PolicyBundles } from './bundles.js';
import type { Consistency } from './consistency.js';
import type { Verdict } from './decide.js';
import type { EntityQuestion } from './entity-question.js';
import { EntitySnapshot } from './entity-snapshot.js';

/** One answer: the decision, or `undefined` where deciding failed, which is no decision. */
export interface Evaluated {
  verdict: Verdict | undefined;
  /** The type that the question's resource has, by its own name. */
  type: string | undefined;
}

/** Answers of one snapshot, in the order of the questions. */
export interface Evaluations {
  results: Evaluated[];
  revision: string;
  policySet: string | null;
}

/**
 * Questions about resources of any type. They are answered straight from PostgreSQL, in one snapshot that begins after
 * they arrived: nothing is cached, so nothing can be stale.
 */
@Injectable()
export class EvaluationService {
  private readonly log = new Logger('Evaluation');

  constructor(
    private readonly database: Database,
    private readonly abilities: AbilityService,
    private readonly bundles: PolicyBundles,
  ) {}

  /**
   * @param self the collaborator who asks, where it is not the office as a whole: they may ask about themselves only
   * @throws `office_not_found`, `unknown_revision`, `forbidden`
   */
  async ask(
    office: string,
    questions: readonly EntityQuestion[],
    { self, consistency }: { self?: string | undefined; consistency?: Consistency },
  ): Promise<Evaluations> {
    return this.inSnapshot(office, consistency, async (snapshot) => {
      for (const { subject } of questions) requireSelf(snapshot, self, subject);
      await snapshot.load(questions);
      const results = questions.map((question) => ({
        verdict: this.verdict(snapshot, question),
        type: snapshot.typeNamed(question.resource.type),
      }));
      return { results, revision: revisionToken(snapshot.revision), policySet: snapshot.policySet };
    });
  }

  /** Runs `use` on the office as of now. @throws `office_not_found`, `unknown_revision` */
  async inSnapshot<T>(
    office: string,
    consistency: Consistency,
    use: (snapshot: EntitySnapshot) => Promise<T>,
  ): Promise<T> {
    return this.database.inOffice(
      office,
      async (em) => {
        const snapshot = await EntitySnapshot.open(em, office, this.abilities, this.bundles);
        if (consistency !== undefined && 'atLeast' in consistency && Number(consistency.atLeast) > snapshot.revision) {
          throw problem('unknown_revision', { revision: consistency.atLeast });
        }
        return use(snapshot);
      },
      { readOnly: true },
    );
  }

  private verdict(snapshot: EntitySnapshot, question: EntityQuestion): Verdict | undefined {
    try {
      return snapshot.verdict(question);
    } catch (error) {
      this.log.error(error);
      return undefined;
    }
  }
}

/** @throws `forbidden` where a collaborator asks about anyone but themselves */
export function requireSelf(
  snapshot: EntitySnapshot,
  self: string | undefined,
  subject: { type: string; id: string },
): void {
  if (self === undefined) return;
  if (snapshot.typeNamed(subject.type) !== 'collaborator' || subject.id !== self) throw problem('forbidden');
}
