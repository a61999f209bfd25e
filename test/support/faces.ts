import { abilityFace } from './ability-face.js';
import { officePath, type Api } from './api.js';
import { each, good } from './asking.js';
import { Pdp } from './authzen.js';
import { AuthzenFaces } from './authzen-faces.js';
import { reviewOf } from './review.js';
import type { FaceAnswer, NamedPath } from './face-answer.js';
import { dossierActions } from './reference.js';
import type { Question, WorldOffice } from './world.types.js';

interface Decision {
  allowed: boolean;
  rule: string | null;
  reason: string;
}

interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
  total: number;
}

/** Small, so that lists have several pages. */
const pageSize = 2;

/** One office of a world, under the id that it has in the service. */
export class Faces {
  private readonly authzen: AuthzenFaces;

  constructor(
    private readonly api: Api,
    private readonly id: string,
    private readonly office: WorldOffice,
  ) {
    this.authzen = new AuthzenFaces(new Pdp(api, id));
  }

  /** The faces that answer from the caches, in an order that says which of them finds them empty. */
  async checks(questions: readonly Question[], first: number): Promise<FaceAnswer[]> {
    const { authzen } = this;
    const faces = [
      () => this.canAccess(questions),
      () => authzen.evaluations(questions),
      () => this.batch(questions),
      () => authzen.actionSearch(questions),
      () => this.filter(questions),
      () => authzen.evaluation(questions),
    ];
    const answers: FaceAnswer[] = [];
    for (let turn = 0; turn < faces.length; turn++) {
      answers.push(...(await (faces[(first + turn) % faces.length] as (typeof faces)[number])()));
    }
    return answers;
  }

  /** The faces that answer from PostgreSQL. Some of them can be asked about what is not there. */
  async others(questions: readonly Question[]): Promise<FaceAnswer[]> {
    const anything = [
      this.explain(questions),
      this.authzen.subjectSearch(questions),
      this.authzen.resourceSearch(questions),
    ];
    const ofOffice = [this.audience(), this.lists(), abilityFace(this.api, this.id, this.office), this.reviews()];
    return (await Promise.all([...anything, ...ofOffice])).flat();
  }

  private async canAccess(questions: readonly Question[]): Promise<FaceAnswer[]> {
    return each(questions, async (question) => {
      const path = officePath(this.id, 'can-access');
      const { allowed, rule, reason } = good(await this.api.post<Decision>(path, checkOf(question)));
      return { face: 'can-access', question, allowed, rule, reason };
    });
  }

  private async batch(questions: readonly Question[]): Promise<FaceAnswer[]> {
    const path = officePath(this.id, 'can-access', 'batch');
    const { results } = good(await this.api.post<{ results: Decision[] }>(path, { checks: questions.map(checkOf) }));
    if (results.length !== questions.length) throw new Error(`${results.length} answers to ${questions.length}`);
    return questions.map((question, at) => ({ face: 'batch', question, ...(results[at] as Decision) }));
  }

  private async filter(questions: readonly Question[]): Promise<FaceAnswer[]> {
    const groups = Map.groupBy(questions, ({ collaborator, action }) => JSON.stringify([collaborator, action]));
    const answers = await each([...groups.values()], async (same) => {
      const { collaborator, action } = same[0] as Question;
      const body = { collaborator, dossiers: same.map(({ dossier }) => dossier), ...(action !== 'open' && { action }) };
      const path = officePath(this.id, 'can-access', 'filter');
      const { dossiers } = good(await this.api.post<{ dossiers: string[] }>(path, body));
      return same.map((question): FaceAnswer => {
        return { face: 'filter', question, allowed: dossiers.includes(question.dossier) };
      });
    });
    return answers.flat();
  }

  private async explain(questions: readonly Question[]): Promise<FaceAnswer[]> {
    return each(questions, async (question) => {
      const answer = await this.api.post<Decision & { paths: NamedPath[] }>(
        officePath(this.id, 'explain'),
        checkOf(question),
      );
      const { allowed, rule, reason, paths } = good(answer);
      return { face: 'explain', question, allowed, rule, reason, paths };
    });
  }

  private async audience(): Promise<FaceAnswer[]> {
    const asked = this.office.dossiers.flatMap(({ id }) => dossierActions.map((action) => ({ dossier: id, action })));
    const answers = await each(asked, async ({ dossier, action }) => {
      const path = `${officePath(this.id, 'dossiers', dossier, 'audience')}?action=${action}`;
      const { audience } = good(await this.api.get<{ audience: { collaborator: string; paths: NamedPath[] }[] }>(path));
      return this.office.collaborators.map(({ id: collaborator }): FaceAnswer => {
        const entry = audience.find((one) => one.collaborator === collaborator);
        const question = { office: this.office.id, collaborator, action, dossier };
        return { face: 'audience', question, allowed: entry !== undefined, paths: entry?.paths ?? [] };
      });
    });
    return answers.flat();
  }

  private async lists(): Promise<FaceAnswer[]> {
    const asked = this.office.collaborators.flatMap(({ id }) =>
      dossierActions.map((action) => ({ collaborator: id, action })),
    );
    const answers = await each(asked, async ({ collaborator, action }) => {
      const path = `${officePath(this.id, 'collaborators', collaborator, 'dossiers')}?action=${action}`;
      const listed = await this.allPages(path);
      return this.office.dossiers.map(({ id: dossier }): FaceAnswer => {
        const question = { office: this.office.id, collaborator, action, dossier };
        return { face: 'list', question, allowed: listed.includes(dossier) };
      });
    });
    return answers.flat();
  }

  /** Its paths are compared by a test of their own: a row has one of them, in cells. */
  private async reviews(): Promise<FaceAnswer[]> {
    const answers = await each(dossierActions, async (action) => {
      const rows = await reviewOf(this.api, this.id, { action });
      const pairs = new Set(rows.map(({ Collaborator, Dossier }) => `${Collaborator} ${Dossier}`));
      return this.office.collaborators.flatMap(({ id: collaborator }) =>
        this.office.dossiers.map(({ id: dossier }): FaceAnswer => {
          const question = { office: this.office.id, collaborator, action, dossier };
          return { face: 'review', question, allowed: pairs.has(`${collaborator} ${dossier}`) };
        }),
      );
    });
    return answers.flat();
  }

  /** @throws Error where the pages hold another number than the total says, or one dossier twice */
  private async allPages(path: string): Promise<string[]> {
    const ids: string[] = [];
    let cursor: string | null = '';
    let total = 0;
    while (cursor !== null) {
      const next: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page: Page<{ id: string }> = good(await this.api.get(`${path}&limit=${pageSize}${next}`));
      ids.push(...page.items.map(({ id }) => id));
      ({ total, nextCursor: cursor } = page);
    }
    if (total !== ids.length || new Set(ids).size !== total) throw new Error(`${path}: ${total} are ${ids.join(', ')}`);
    return ids;
  }
}

/** `open` is what is asked where no action is given, so it is left out. */
function checkOf({ collaborator, dossier, action }: Question) {
  return action === 'open' ? { collaborator, dossier } : { collaborator, dossier, action };
}
