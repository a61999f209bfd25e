import pg from 'pg';
import { readOfficeFacts, type Ask, type OfficeFacts } from '#src/ability/office-facts.js';

const pageSize = 2_000;

/**
 * Every office of a database as of one moment, dossiers page by page. Only reads.
 * @param url of whoever owns the tables: others see no office
 */
export async function* officesInDatabase(url: string): AsyncGenerator<OfficeFacts> {
  const client = new pg.Client({ connectionString: url, application_name: 'cardea policy diff' });
  const ask: Ask = async <Row extends object>(text: string, values: readonly unknown[]) =>
    (await client.query<Row>(text, [...values])).rows;
  await client.connect();
  try {
    await client.query('begin isolation level repeatable read read only');
    const offices = await ask<{ id: string }>('select id from office order by id', []);
    for (const { id } of offices) yield await readOfficeFacts(ask, id, pageSize);
  } finally {
    await client.end();
  }
}
