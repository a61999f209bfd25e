import type { OpeningsKept } from '#src/audit/accesses.js';
import type { SigningKey } from '#src/platform/signing-key.js';
import { rows } from '#src/platform/sql.js';
import type { Language } from '#src/relations/vocabulary.js';
import type { OfficeView } from '#src/admin/office-reader.js';
import type { ReviewFilter } from './review.schema.js';
import type { ReviewRow } from './review-rows.js';
import { pathWords, type ReviewColumn } from './review-words.js';
import { rowCode } from './row-code.js';

/** Text, or a moment; `null` is an empty cell. */
export type Cell = string | Date | null;
export type Cells = Record<ReviewColumn, Cell>;

/** What a review says about itself. */
export interface ReviewAbout {
  office: string;
  at: Date;
  /** Whether the facts are of `at`, and not of when it was written. */
  isPast: boolean;
  revision: number;
  policy: string;
  policySet: string | null;
  filter: ReviewFilter;
  openingsKept: OpeningsKept;
}

/** Turns rows into cells, with the names of the groups, which are read once. */
export class ReviewCells {
  private constructor(
    private readonly about: ReviewAbout,
    private readonly language: Language,
    private readonly key: SigningKey,
    private readonly clientGroups: ReadonlyMap<string, string>,
    private readonly collaboratorGroups: ReadonlyMap<string, string>,
  ) {}

  static async load(view: OfficeView, about: ReviewAbout, language: Language, key: SigningKey): Promise<ReviewCells> {
    const namesIn = async (table: 'client_group' | 'collaborator_group') => {
      const found = await rows<{ id: string; name: string }>(
        view.em,
        `select id, name from ${table} where office = $1`,
        [view.office.id],
      );
      return new Map(found.map(({ id, name }) => [id, name]));
    };
    return new ReviewCells(about, language, key, await namesIn('client_group'), await namesIn('collaborator_group'));
  }

  of({ collaborator, dossier, path, actions, lastOpened }: ReviewRow): Cells {
    const { clientGroup = '', collaboratorGroup = '' } = path ?? {};
    const reviewed = { collaborator: collaborator.id, dossier: dossier.id, clientGroup, collaboratorGroup };
    return {
      ...reviewed,
      name: collaborator.name,
      email: collaborator.email,
      profile: collaborator.profile,
      dossierName: dossier.name,
      code: dossier.code,
      actions: actions.join(' '),
      path: this.pathName(path),
      clientGroupName: this.clientGroups.get(clientGroup) ?? null,
      collaboratorGroupName: this.collaboratorGroups.get(collaboratorGroup) ?? null,
      since: dateOf(path?.since),
      by: path?.by ?? null,
      expires: dateOf(path?.expiresAt),
      relationships: (path?.tuples ?? []).map((t) => `${t.tuple} (${t.since}, ${t.by})`).join('; '),
      lastOpened: dateOf(lastOpened),
      decision: null,
      row: rowCode(this.key, this.about.office, this.about.revision, { ...reviewed, kind: path?.kind ?? '' }),
    };
  }

  private pathName(path: ReviewRow['path']): string {
    const words: Readonly<Record<string, string>> = pathWords[this.language];
    const name = path === null ? 'rule' : path.collaboratorGroup === undefined ? path.kind : 'collaborator_group';
    return words[name] ?? name;
  }
}

function dateOf(text: string | null | undefined): Date | null {
  return text ? new Date(text) : null;
}
