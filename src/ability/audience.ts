import type { EntityManager } from '@mikro-orm/postgresql';
import { rows } from '#src/platform/sql.js';
import { RelationStore } from '#src/relations/relation.store.js';
import type { AbilityService } from './ability.service.js';
import { decide } from './decide.js';
import { PathDetails, type AccessPath } from './paths.js';

/** Someone who may do the action on a dossier, and every path by which they may. */
export interface AudienceEntry {
  collaborator: string;
  name: string;
  paths: AccessPath[];
}

/**
 * Who may do `action` on each of these dossiers, and why: the engine's own decisions, for everyone in the office.
 *
 * @returns by dossier, people in the order of their names; a dossier that does not exist has no entry
 */
export async function audienceOf(
  em: EntityManager,
  abilities: AbilityService,
  office: string,
  dossiers: readonly string[],
  action: string,
): Promise<Map<string, AudienceEntry[]>> {
  const people = await rows<{ id: string; name: string }>(
    em,
    `select id, coalesce(nullif(btrim(first_name || ' ' || last_name), ''), email) as name
       from collaborator where office = $1 and status = 'active' order by 2, 1`,
    [office],
  );
  const ids = people.map((person) => person.id);
  const facts = await abilities.factsIn(em, office, ids, dossiers);
  const found = [...facts.dossiers.values()];
  const details = await PathDetails.load(new RelationStore(em, office), found);
  const audience = new Map(found.map((dossier) => [dossier.id, [] as AudienceEntry[]]));
  for (const { id, name } of people) {
    const subject = facts.subjects.get(id);
    if (!subject) continue;
    const ability = abilities.abilityOf('dossier', { subject, settings: facts.settings, policySet: facts.policySet });
    for (const dossier of found) {
      const decision = decide(ability, action, { ...dossier });
      if (!decision.allowed) continue;
      audience
        .get(dossier.id)
        ?.push({ collaborator: id, name, paths: details.pathsOf(subject, dossier, decision.paths) });
    }
  }
  return audience;
}
