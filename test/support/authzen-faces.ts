import { each, good } from './asking.js';
import { Pdp } from './authzen.js';
import type { FaceAnswer } from './face-answer.js';
import type { Question } from './world.types.js';

interface Decision {
  decision: boolean;
  context?: { rule: string | null; reason: string };
}

interface Found {
  page: { next_token: string; count: number };
  results: { type?: string; id?: string; name?: string }[];
}

/** Small, so that searches have several pages. */
const pageSize = 2;
/** Of the searches, every so many goes page by page; the others take all there is. */
const pagedEvery = 3;
/** Adds the rule and the reason to an answer. */
const explained = { context: { explain: true } };

/** What AuthZEN says about the dossiers of one office: it must be what `can-access` says. */
export class AuthzenFaces {
  constructor(private readonly pdp: Pdp) {}

  /** Both names that a collaborator has, in turns. */
  async evaluation(questions: readonly Question[]): Promise<FaceAnswer[]> {
    return each([...questions.entries()], async ([index, question]) => {
      const body = { ...partsOf(question, index % 2 ? 'user' : 'collaborator'), ...explained };
      return answerOf('evaluation', question, good(await this.pdp.post<Decision>('evaluation', body)));
    });
  }

  /** The most common action is what all have where they say nothing else. */
  async evaluations(questions: readonly Question[]): Promise<FaceAnswer[]> {
    // No items would be no batch but one question, which has no subject.
    if (questions.length === 0) return [];
    const items = questions.map((question) => {
      const { action, ...others } = partsOf(question, 'user');
      return question.action === 'open' ? others : { ...others, action };
    });
    const body = { action: { name: 'open' }, ...explained, evaluations: items };
    const { evaluations } = good(await this.pdp.post<{ evaluations: Decision[] }>('evaluations', body));
    if (evaluations.length !== questions.length)
      throw new Error(`${evaluations.length} of ${questions.length} answers`);
    return questions.map((question, at) => answerOf('evaluations', question, evaluations[at] as Decision));
  }

  async actionSearch(questions: readonly Question[]): Promise<FaceAnswer[]> {
    return this.search('action', questions, (one) => [one.collaborator, one.dossier], 'action');
  }

  async subjectSearch(questions: readonly Question[]): Promise<FaceAnswer[]> {
    return this.search('subject', questions, (one) => [one.dossier, one.action], 'collaborator');
  }

  async resourceSearch(questions: readonly Question[]): Promise<FaceAnswer[]> {
    return this.search('resource', questions, (one) => [one.collaborator, one.action], 'dossier');
  }

  /**
   * One search for all questions that differ in nothing but what is looked for. What it finds besides counts as an answer
   * too: that this is allowed.
   */
  private async search(
    what: 'subject' | 'resource' | 'action',
    questions: readonly Question[],
    givenOf: (question: Question) => string[],
    sought: 'collaborator' | 'dossier' | 'action',
  ): Promise<FaceAnswer[]> {
    const groups = Map.groupBy(questions, (question) => JSON.stringify(givenOf(question)));
    const answers = await each([...[...groups.values()].entries()], async ([index, same]) => {
      const [first] = same as [Question, ...Question[]];
      const limit = index % pagedEvery === 0 ? pageSize : undefined;
      const found = await this.allPages(what, partsOf(first, 'user'), limit);
      const all = new Set([...same.map((question) => question[sought]), ...found]);
      return [...all].map((one): FaceAnswer => {
        return { face: `${what} search`, question: { ...first, [sought]: one }, allowed: found.has(one) };
      });
    });
    return answers.flat();
  }

  /** @throws Error where a result comes twice, is of another type, or a page is larger than was asked for */
  private async allPages(what: string, body: object, limit: number | undefined): Promise<Set<string>> {
    const found = new Set<string>();
    for (let token = ''; ;) {
      const page = { ...(limit !== undefined && { limit }), ...(token !== '' && { token }) };
      const answer = good(await this.pdp.post<Found>(`search/${what}`, { ...body, page }));
      const { results } = answer;
      const type = { subject: 'user', resource: 'dossier' }[what];
      for (const result of results) {
        const name = result.id ?? result.name;
        if (name === undefined || found.has(name) || result.type !== type)
          throw new Error(`${what}: ${JSON.stringify([body, answer])}`);
        found.add(name);
      }
      if (answer.page.count !== results.length || results.length > (limit ?? Number.POSITIVE_INFINITY))
        throw new Error(`${what}: ${JSON.stringify([body, page, answer])}`);
      token = answer.page.next_token;
      if (token === '') return found;
    }
  }
}

/** A question in AuthZEN's words. */
function partsOf({ collaborator, action, dossier }: Question, type: 'user' | 'collaborator') {
  return {
    subject: { type, id: collaborator },
    action: { name: action },
    resource: { type: 'dossier', id: dossier },
  };
}

function answerOf(face: 'evaluation' | 'evaluations', question: Question, { decision, context }: Decision): FaceAnswer {
  return { face, question, allowed: decision, rule: context?.rule ?? null, reason: context?.reason ?? '' };
}
