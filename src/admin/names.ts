import type { EntityManager } from '@mikro-orm/postgresql';
import { rows } from '#src/platform/sql.js';
import type { Impact, ImpactNames } from './impact-report.js';

/** Names by id; an id of nothing has none. */
export type Names = Map<string, string>;

/** What to call people: first and last name, or their address where there is neither. */
export function collaboratorNames(em: EntityManager, office: string, ids: readonly string[]): Promise<Names> {
  return namesBy(
    em,
    `select id, coalesce(nullif(btrim(first_name || ' ' || last_name), ''), email) as name
       from collaborator where office = $1 and id = any ($2)`,
    office,
    ids,
  );
}

export function clientGroupNames(em: EntityManager, office: string, ids: readonly string[]): Promise<Names> {
  return namesBy(em, 'select id, name from client_group where office = $1 and id = any ($2)', office, ids);
}

export function dossierNames(em: EntityManager, office: string, ids: readonly string[]): Promise<Names> {
  return namesBy(em, 'select id, name from dossier where office = $1 and id = any ($2)', office, ids);
}

/** How the rows of a preview are called, by id. */
export async function namesIn(em: EntityManager, office: string, impact: Impact): Promise<ImpactNames> {
  const access = [...impact.gains.rows, ...impact.losses.rows];
  const dossiers = [...access, ...impact.contacts.rows].map(({ dossier }) => dossier);
  const people = access.map(({ collaborator }) => collaborator);
  return {
    collaborators: Object.fromEntries(await collaboratorNames(em, office, people)),
    dossiers: Object.fromEntries(await dossierNames(em, office, dossiers)),
  };
}

async function namesBy(em: EntityManager, sql: string, office: string, ids: readonly string[]): Promise<Names> {
  if (ids.length === 0) return new Map();
  const found = await rows<{ id: string; name: string }>(em, sql, [office, [...new Set(ids)]]);
  return new Map(found.map((row) => [row.id, row.name]));
}
