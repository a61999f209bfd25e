import { mayDo, pathsOf } from './reference.js';
import type { Question, World, WorldOffice } from './world.types.js';

/** What can be told of a question: where none of a kind was asked, nothing was proven about it. */
export const questionKinds = [
  'allowed',
  'denied',
  'by being admin',
  'as manager',
  'as guest',
  'directly in the client group',
  'through a collaborator group',
  'by several paths',
  'without a path',
  'to support',
  'on a draft',
  'on an inactive dossier',
  'on a private dossier',
  'but for an exclusion',
  'but for an end that has come',
  'but for being private',
  'but for being inactive',
  'past a dormant membership',
] as const;
export type QuestionKind = (typeof questionKinds)[number];

/** Every kind that the question is of at this moment. */
export function kindsOf(world: World, question: Question, now: Date): QuestionKind[] {
  const { office, collaborator, action, dossier } = question;
  const may = (of: World, at = now) => mayDo(of, office, collaborator, action, dossier, at);
  const kinds = (those: Partial<Record<QuestionKind, boolean>>) =>
    Object.entries(those).flatMap(([kind, isSo]) => (isSo ? [kind as QuestionKind] : []));
  if (!may(world)) {
    return kinds({
      denied: true,
      'but for an exclusion': may(changed(world, withoutExclusions)),
      'but for an end that has come': may(world, new Date(0)),
      'but for being private': may(changed(world, withoutPrivacy)),
      'but for being inactive': may(changed(world, withEverybodyActive)),
    });
  }
  const paths = pathsOf(world, office, collaborator, action, dossier, now);
  const here = world.offices.find(({ id }) => id === office);
  const facts = here?.dossiers.find(({ id }) => id === dossier);
  const groupPaths = (of: World) =>
    pathsOf(of, office, collaborator, 'open', dossier, now).filter(({ kind }) => kind === 'client_group').length;
  const inGroup = paths.filter(({ kind }) => kind === 'client_group');
  return kinds({
    allowed: true,
    'by being admin': paths.some(({ kind }) => kind === 'admin'),
    'as manager': paths.some(({ kind }) => kind === 'manager'),
    'as guest': paths.some(({ kind }) => kind === 'guest'),
    'directly in the client group': inGroup.some((path) => path.collaboratorGroup === undefined),
    'through a collaborator group': inGroup.some((path) => path.collaboratorGroup !== undefined),
    'by several paths': paths.length > 1,
    'without a path': paths.length === 0,
    'to support': here?.collaborators.find(({ id }) => id === collaborator)?.profile === 'support',
    'on a draft': facts?.status === 'draft',
    'on an inactive dossier': facts?.status === 'inactive',
    'on a private dossier': facts?.private === true,
    'past a dormant membership': facts?.status === 'inactive' && groupPaths(changed(world, withActiveDossiers)) > 0,
  });
}

function changed(world: World, change: (office: WorldOffice) => WorldOffice): World {
  return { offices: world.offices.map(change) };
}

function withoutExclusions(office: WorldOffice): WorldOffice {
  return { ...office, tuples: office.tuples.filter(({ relation }) => relation !== 'excluded') };
}

function withoutPrivacy(office: WorldOffice): WorldOffice {
  return { ...office, dossiers: office.dossiers.map((one) => ({ ...one, private: false })) };
}

function withEverybodyActive(office: WorldOffice): WorldOffice {
  return { ...office, collaborators: office.collaborators.map((one) => ({ ...one, status: 'active' as const })) };
}

function withActiveDossiers(office: WorldOffice): WorldOffice {
  return { ...office, dossiers: office.dossiers.map((one) => ({ ...one, status: 'active' as const })) };
}
