import { isId, relationDefinitions } from '#src/relations/vocabulary.js';
import type { World, WorldDossier, WorldOffice, WorldTuple } from './world.types.js';

/** What the database or the write path would refuse of this world, in words; empty for a legal one. */
export function problemsOf(world: World, now: Date): string[] {
  return [
    ...repeated(world.offices.map(({ id }) => id)).map((id) => `two offices are called ${id}`),
    ...world.offices.flatMap((office) => officeProblems(office, now).map((problem) => `${office.id}: ${problem}`)),
  ];
}

function officeProblems(office: WorldOffice, now: Date): string[] {
  const lists = [office.collaborators, office.collaboratorGroups, office.clientGroups, office.dossiers];
  const ids = lists.flatMap((list) => [
    ...list.filter(({ id }) => !isId(id)).map(({ id }) => `${id} is no id`),
    ...repeated(list.map(({ id }) => id)).map((id) => `${id} is there twice`),
  ]);
  const hasAdmin = office.collaborators.some((one) => one.profile === 'admin' && one.status === 'active');
  return [
    ...ids,
    ...nameProblems(office),
    ...(hasAdmin ? [] : ['rule 21: no active admin']),
    ...repeated(office.collaborators.map(({ email }) => email.toLowerCase())).map((one) => `rule 23: ${one} twice`),
    ...numberProblems(office),
    ...office.tuples.flatMap((tuple) => tupleProblems(office, tuple)),
    ...repeated(office.tuples.map(keyOf)).map((key) => `${key} is there twice`),
    ...office.dossiers.flatMap((dossier) => dossierProblems(office, dossier, now)),
  ];
}

function nameProblems(office: WorldOffice): string[] {
  const groups = [...office.clientGroups, ...office.collaboratorGroups].map(({ name }) => name);
  const people = office.collaborators.flatMap(({ firstName, lastName }) => [firstName, lastName]);
  const names = [...groups, ...people, ...office.dossiers.map(({ name }) => name), office.name];
  const isFit = (name: string) =>
    name.trim() === name && name.normalize('NFC') === name && name.length >= 1 && name.length <= 100;
  const fold = (name: string) =>
    name
      .normalize('NFD')
      .replace(/\p{Mn}/gu, '')
      .toLowerCase();
  return [
    ...names.filter((name) => !isFit(name)).map((name) => `rule 16: ${JSON.stringify(name)} is no name`),
    ...(office.settings.uniqueGroupNames ? repeated(groups.map(fold)).map((name) => `rule 17: ${name} twice`) : []),
  ];
}

function numberProblems(office: WorldOffice): string[] {
  const written = office.dossiers.flatMap(({ enterpriseNumber }) => enterpriseNumber ?? []);
  const digits = written.map((one) => one.replace(/^BE|[. ]/g, ''));
  const isValid = (one: string) =>
    /^[01][0-9]{9}$/.test(one) && 97 - (Number(one.slice(0, 8)) % 97) === Number(one.slice(8));
  return [
    ...digits.filter((one) => !isValid(one)).map((one) => `rule 26: ${one} is no enterprise number`),
    ...repeated(digits).map((one) => `rule 26: ${one} twice`),
  ];
}

function tupleProblems(office: WorldOffice, tuple: WorldTuple): string[] {
  const entities = {
    dossier: office.dossiers,
    client_group: office.clientGroups,
    collaborator_group: office.collaboratorGroups,
    collaborator: office.collaborators,
  };
  const isKnown = relationDefinitions.some(
    ({ object, relation, subject }) =>
      relation === tuple.relation &&
      entities[object].some(({ id }) => tuple.object === `${object}:${id}`) &&
      entities[subject].some(({ id }) => tuple.subject === `${subject}:${id}`),
  );
  const isDate = tuple.expiresAt === undefined || !Number.isNaN(Date.parse(tuple.expiresAt));
  return [
    ...(isKnown ? [] : [`${keyOf(tuple)} joins nothing, or what may not be joined`]),
    ...(isDate ? [] : [`${keyOf(tuple)} ends at no instant`]),
    ...(tuple.primary === true && tuple.relation !== 'manager' ? [`${keyOf(tuple)} cannot be primary`] : []),
  ];
}

function dossierProblems(office: WorldOffice, dossier: WorldDossier, now: Date): string[] {
  const own = office.tuples.filter(({ object }) => object === `dossier:${dossier.id}`);
  const groups = own.filter(({ relation }) => relation === 'client_group');
  const all = own.filter(({ relation }) => relation === 'manager');
  const managers = all.filter(({ expiresAt }) => expiresAt === undefined || Date.parse(expiresAt) > now.getTime());
  const active = office.collaborators.filter(({ status }) => status === 'active').map(({ id }) => `collaborator:${id}`);
  const hasActive = managers.some(({ subject }) => active.includes(subject));
  const arePrimary = all.every((one) => (one.primary === true) === (one === managers[0]));
  return [
    ...(groups.length > 1 ? [`rule 2: ${dossier.id} is in ${groups.length} client groups`] : []),
    ...(groups.length > 0 && dossier.status === 'draft' ? [`rule 14: the draft ${dossier.id} is in a group`] : []),
    ...(dossier.private && !hasActive ? [`rule 15: the private ${dossier.id} has no active manager`] : []),
    ...(arePrimary ? [] : [`${dossier.id}: the first manager in force, and only that one, is the primary one`]),
  ];
}

function keyOf(tuple: WorldTuple): string {
  return `${tuple.object}#${tuple.relation}@${tuple.subject}`;
}

function repeated(list: readonly string[]): string[] {
  return [...new Set(list.filter((one, index) => list.indexOf(one) !== index))];
}
