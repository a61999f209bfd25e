import { rows } from '#src/platform/sql.js';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Impact, ImpactNames } from './impact-report.js';

/** How the rows of a preview are called, by id. */
export async function namesIn(em: EntityManager, office: string, impact: Impact): Promise<ImpactNames> {
  const access = [...impact.gains.rows, ...impact.losses.rows];
  const dossiers = [...access, ...impact.contacts.rows].map(({ dossier }) => dossier);
  const collaborators = access.map(({ collaborator }) => collaborator);
  return {
    collaborators: await namesOf(
      em,
      `select id, coalesce(nullif(btrim(first_name || ' ' || last_name), ''), email) as name
         from collaborator where office = $1 and id = any ($2)`,
      [office, collaborators],
    ),
    dossiers: await namesOf(em, 'select id, name from dossier where office = $1 and id = any ($2)', [office, dossiers]),
  };
}

async function namesOf(em: EntityManager, sql: string, values: unknown[]): Promise<Record<string, string>> {
  const found = await rows<{ id: string; name: string }>(em, sql, values);
  return Object.fromEntries(found.map(({ id, name }) => [id, name]));
}
