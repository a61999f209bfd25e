import { accessFactsSql, type AccessFactsRow } from '#src/relations/facts.store.js';
import type { DossierFacts, SubjectFacts } from '#src/relations/facts.js';
import type { OfficeSettings } from '#src/relations/vocabulary.js';

/** The relationships of one office, wherever they come from. */
export interface OfficeFacts {
  readonly office: string;
  readonly settings: OfficeSettings;
  readonly subjects: readonly SubjectFacts[];
  /** In pages, so that a large office is never in memory as a whole. */
  readonly dossiers: AsyncIterable<readonly DossierFacts[]>;
}

/** Runs one statement in a transaction that only reads and sees one snapshot. */
export type Ask = <Row extends object>(text: string, values: readonly unknown[]) => Promise<Row[]>;

/**
 * The facts of an office as PostgreSQL has them: of all its people at once, of its dossiers page by page.
 *
 * @throws where the office is not there, or not for whoever asks
 */
export async function readOfficeFacts(ask: Ask, office: string, pageSize: number): Promise<OfficeFacts> {
  const people = await idsOf(ask, 'select id from collaborator where office = $1 order by id', [office]);
  const { settings, subjects } = await accessFacts(ask, office, people, []);
  return { office, settings, subjects, dossiers: pagesOf(ask, office, pageSize) };
}

async function* pagesOf(ask: Ask, office: string, pageSize: number): AsyncGenerator<readonly DossierFacts[]> {
  const select = 'select id from dossier where office = $1 and id > $2 order by id limit $3';
  for (let after = ''; ;) {
    const page = await idsOf(ask, select, [office, after, pageSize]);
    if (page.length === 0) return;
    yield (await accessFacts(ask, office, [], page)).dossiers;
    after = page.at(-1) ?? '';
  }
}

async function accessFacts(ask: Ask, office: string, people: readonly string[], dossiers: readonly string[]) {
  const [row] = await ask<AccessFactsRow>(accessFactsSql, [office, people, dossiers]);
  if (!row?.facts) throw new Error(`the office "${office}" is gone`);
  return row.facts;
}

async function idsOf(ask: Ask, text: string, values: readonly unknown[]): Promise<string[]> {
  return (await ask<{ id: string }>(text, values)).map(({ id }) => id);
}
