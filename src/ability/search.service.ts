import { Injectable } from '@nestjs/common';
import { problem, ProblemError } from '#src/platform/errors.js';
import { ActorsService } from './actors.service.js';
import type { Consistency } from './consistency.js';
import type { EntityQuestion } from './entity-question.js';
import type { EntitySnapshot } from './entity-snapshot.js';
import { EvaluationService, requireSelf } from './evaluation.service.js';
import { ExplainService } from './explain.service.js';
import type { Inquirer } from './inquirer.js';
import { OpenableService } from './openable.service.js';

/** Entities are looked at so many at a time, and at most so many for one answer: the rest is another page. */
const chunkSize = 500;
const maxLookedAt = 10_000;

/** What to look for, and where to begin. */
export interface SearchRequest {
  /** With any id in the place of what is looked for. */
  question: EntityQuestion;
  consistency: Consistency;
  after: string | null;
  limit: number;
}

/** What was found, in the order of the ids. */
export interface Found {
  ids: string[];
  /** After which id to go on; `null` where nothing is left. */
  next: { after: string | null } | null;
}

/**
 * Who may do something, and with what: those of whom the evaluation of each one says so. Only what is stored can be
 * found; of an open type there may be more.
 */
@Injectable()
export class SearchService {
  constructor(
    private readonly evaluations: EvaluationService,
    private readonly openables: OpenableService,
    private readonly actors: ActorsService,
    private readonly explanations: ExplainService,
  ) {}

  /** @throws `office_not_found`, `unknown_revision`, and `forbidden` for a collaborator who may not see who can */
  async subjects(asker: Inquirer, request: SearchRequest): Promise<Found> {
    const { question, consistency } = request;
    const shown = await this.shownAudience(asker, question);
    return this.evaluations.inSnapshot(asker.office, consistency, (snapshot) =>
      collect(snapshot, question.subject.type, request, (id) =>
        (shown?.has(id) ?? true) ? { ...question, subject: { type: question.subject.type, id } } : undefined,
      ),
    );
  }

  /** @throws `office_not_found`, `unknown_revision`, and `forbidden` for a collaborator who may not ask about the subject */
  async resources(asker: Inquirer, request: SearchRequest): Promise<Found> {
    const { question, consistency } = request;
    const { type } = question.resource;
    if (type === 'dossier') return this.dossiers(asker, request);
    const self = await this.actors.requireMayAsk(asker, []);
    return this.evaluations.inSnapshot(asker.office, consistency, (snapshot) => {
      requireSelf(snapshot, self, question.subject);
      return collect(snapshot, type, request, (id) => ({ ...question, resource: { type, id } }));
    });
  }

  /** By the conditions of the ability as SQL: the cost follows the page, not the office. */
  private async dossiers(asker: Inquirer, { question, consistency, after, limit }: SearchRequest): Promise<Found> {
    const { subject, action, context } = question;
    const type = await this.evaluations.inSnapshot(asker.office, consistency, (snapshot) =>
      Promise.resolve(snapshot.typeNamed(subject.type)),
    );
    if (type !== 'collaborator') return { ids: [], next: null };
    const { name, properties } = action;
    const query = { action: name, properties, context, consistency, after, limit: limit + 1 };
    return pageOf(await this.openables.ids(asker, subject.id, query), { after, limit });
  }

  /** Whom a collaborator may be shown; `undefined`: everyone, to whoever asks for the office as a whole. */
  private async shownAudience(asker: Inquirer, { action, resource }: EntityQuestion) {
    const self = await this.actors.requireMayAsk(asker, []);
    if (self === undefined) return undefined;
    // Of other types there is no rule that says who may know who can: only the office as a whole may.
    if (resource.type !== 'dossier') throw problem('forbidden');
    try {
      const { audience } = await this.explanations.audience(asker, resource.id, action.name);
      return new Set(audience.map(({ collaborator }) => collaborator));
    } catch (error) {
      // What does not exist for the asker has nobody who can (rule 15).
      if (error instanceof ProblemError && error.code === 'not_found') return new Set<string>();
      throw error;
    }
  }
}

/** Looks at the stored entities of a type, a chunk at a time, until the page is full. */
async function collect(
  snapshot: EntitySnapshot,
  name: string,
  page: Pick<SearchRequest, 'after' | 'limit'>,
  ask: (id: string) => EntityQuestion | undefined,
): Promise<Found> {
  const type = snapshot.typeNamed(name);
  const found: string[] = [];
  if (type === undefined) return { ids: found, next: null };
  let { after } = page;
  for (let looked = 0; looked < maxLookedAt; looked += chunkSize) {
    const ids = await snapshot.ids(type, after, chunkSize);
    const asked = ids.map((id) => ({ id, question: ask(id) }));
    await snapshot.load(asked.flatMap(({ question }) => question ?? []));
    for (const { id, question } of asked) if (question && snapshot.verdict(question).allowed) found.push(id);
    if (found.length > page.limit) return pageOf(found, page);
    if (ids.length < chunkSize) return { ids: found, next: null };
    after = ids.at(-1) ?? null;
  }
  return { ids: found, next: { after } };
}

/** A page of what was found, of which one more than the page shows that there is another. */
function pageOf(found: readonly string[], { after, limit }: Pick<SearchRequest, 'after' | 'limit'>): Found {
  const ids = found.slice(0, limit);
  return { ids, next: found.length > limit ? { after: ids.at(-1) ?? after } : null };
}
