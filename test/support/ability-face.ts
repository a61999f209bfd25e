import { createMongoAbility, subject, type MongoAbility, type RawRule } from '@casl/ability';
import { unpackRules, type PackRule } from '@casl/ability/extra';
import { officePath, type Api } from './api.js';
import { each, good } from './asking.js';
import type { FaceAnswer } from './face-answer.js';
import { dossierActions } from './reference.js';
import type { WorldOffice } from './world.types.js';

interface ShownDossier {
  id: string;
  status: string;
  private: boolean;
  clientGroup: string | null;
  managers: { collaborator: string }[];
  guests: { collaborator: string }[];
  excluded: { collaborator: string }[];
}

function factsOf({ id, status, private: isPrivate, clientGroup, managers, guests, excluded }: ShownDossier) {
  const ids = (people: readonly { collaborator: string }[]) => people.map(({ collaborator }) => collaborator);
  const people = { managers: ids(managers), guests: ids(guests), excluded: ids(excluded) };
  return { id, status, private: isPrivate, clientGroup, ...people };
}

/** What a front end finds out by itself: plain CASL, the exported rules, and the dossiers as the API shows them. */
export async function abilityFace(api: Api, id: string, office: WorldOffice): Promise<FaceAnswer[]> {
  const shown: { items: ShownDossier[] } = good(await api.get(`${officePath(id, 'dossiers')}?limit=1000`));
  const answers = await each(office.collaborators, async ({ id: collaborator }) => {
    const path = officePath(id, 'collaborators', collaborator, 'ability');
    const { rules } = good(await api.get<{ rules: PackRule<RawRule>[] }>(path));
    const ability: MongoAbility = createMongoAbility(unpackRules(rules) as never[]);
    return shown.items.flatMap((dossier) => {
      const resource = subject('dossier', factsOf(dossier)) as never;
      return dossierActions.map((action): FaceAnswer => {
        const question = { office: office.id, collaborator, action, dossier: dossier.id };
        const allowed = ability.can(action, resource);
        const [rule] = ability.relevantRuleFor(action, resource)?.reason?.split('/') ?? [];
        return { face: 'ability', question, allowed, ...(allowed && rule !== undefined && { rule }) };
      });
    });
  });
  return answers.flat();
}
