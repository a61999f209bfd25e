import pg from 'pg';
import { accessFactsSql, type AccessFactsRow } from '#src/relations/facts.store.js';
import type { DossierFacts } from '#src/relations/facts.js';
import type { OfficeFacts } from './office-facts.js';

const pageSize = 2_000;

/**
 * Every office of a database as of one moment, dossiers page by page. Only reads.
 * @param url of whoever owns the tables: others see no office
 */
export async function* officesInDatabase(url: string): AsyncGenerator<OfficeFacts> {
  const client = new pg.Client({ connectionString: url, application_name: 'cardea policy diff' });
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const offices = await ids(client, 'select id from office order by id', []);
    for (const office of offices) {
      const people = await ids(client, 'select id from collaborator where office = $1 order by id', [office]);
      const facts = await accessFacts(client, office, people, []);
      yield { office, settings: facts.settings, subjects: facts.subjects, dossiers: dossiersOf(client, office) };
    }
  } finally {
    await client.end();
  }
}

async function* dossiersOf(client: pg.Client, office: string): AsyncGenerator<readonly DossierFacts[]> {
  const select = 'select id from dossier where office = $1 and id > $2 order by id limit $3';
  for (let after = ''; ;) {
    const page = await ids(client, select, [office, after, pageSize]);
    if (page.length === 0) return;
    yield (await accessFacts(client, office, [], page)).dossiers;
    after = page.at(-1) ?? '';
  }
}

async function accessFacts(client: pg.Client, office: string, people: readonly string[], dossiers: readonly string[]) {
  const { rows } = await client.query<AccessFactsRow>(accessFactsSql, [office, people, dossiers]);
  const facts = rows[0]?.facts;
  if (!facts) throw new Error(`the office "${office}" is gone`);
  return facts;
}

async function ids(client: pg.Client, text: string, values: readonly unknown[]): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(text, [...values]);
  return rows.map(({ id }) => id);
}
