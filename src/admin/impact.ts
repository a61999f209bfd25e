import type { EntityManager } from '@mikro-orm/postgresql';
import type { AbilityService } from '#src/ability/ability.service.js';
import { allows } from '#src/ability/decide.js';
import { rows } from '#src/platform/sql.js';
import type { AccessMap } from './access-map.js';
import type { Write } from './write.js';

/** Which answers a write can have changed. */
export interface ImpactScope {
  /** Dossiers that changed themselves: anyone may gain or lose them. */
  dossiers: string[];
  /** People whose reach changed, over the dossiers in `reach`. */
  people: string[];
  reach: string[];
  /** Dossiers whose contact address may have changed. */
  contacts: string[];
}

/** Facts are read for this many dossiers at a time, so that a preview of a large office stays within bounds. */
const dossiersPerRead = 2_000;

/** Derives from what a write has touched which answers it can have changed. Run inside the write, after it applied. */
export async function scopeOf(write: Write): Promise<ImpactScope> {
  const dossiers = new Set(write.touchedIds('dossier'));
  const people = new Set<string>();
  const groups = new Set<string>();
  const changedGroups: string[] = [];
  for (const tuple of write.changedTuples()) {
    if (tuple.objectType === 'dossier') continue;
    if (tuple.objectType === 'client_group') groups.add(tuple.objectId);
    if (tuple.subjectType === 'collaborator') people.add(tuple.subjectId);
    if (tuple.relation === 'member' || tuple.relation === 'collaborator_group') {
      changedGroups.push(tuple.relation === 'member' ? tuple.objectId : tuple.subjectId);
    }
  }
  for (const member of await write.store.membersOf(changedGroups)) people.add(member);
  for (const held of await write.store.tuplesWith('collaborator_group', changedGroups)) groups.add(held.objectId);
  const changedPeople = write
    .entries()
    .flatMap(({ key, before, after }) =>
      key.startsWith('collaborator:') && changesAccess(before, after) ? [key.slice('collaborator:'.length)] : [],
    );
  for (const person of changedPeople) people.add(person);
  const officeWide = write.hasTouched('office');
  const everything = changedPeople.length > 0 || officeWide ? await allDossiers(write) : [];
  const inGroups = await dossiersInGroups(write, [...groups]);
  return {
    dossiers: officeWide ? everything : [...dossiers],
    people: [...people],
    reach: changedPeople.length > 0 ? everything : inGroups,
    contacts: officeWide ? everything : await contactsOf(write, dossiers, changedPeople),
  };
}

function changesAccess(before: unknown, after: unknown): boolean {
  const [old, now] = [before, after] as ({ profile?: string; status?: string; email?: string } | null)[];
  return old?.profile !== now?.profile || old?.status !== now?.status || old?.email !== now?.email;
}

async function contactsOf(write: Write, dossiers: ReadonlySet<string>, people: string[]): Promise<string[]> {
  const inGroups = await dossiersInGroups(write, write.touchedIds('client_group'));
  const managed = await write.store.tuplesWith('collaborator', people, 'manager');
  return [...new Set([...dossiers, ...inGroups, ...managed.map((t) => t.objectId)])];
}

async function allDossiers(write: Write): Promise<string[]> {
  const found = await rows<{ id: string }>(write.em, 'select id from dossier where office = $1', [write.office.id]);
  return found.map((row) => row.id);
}

async function dossiersInGroups(write: Write, groups: string[]): Promise<string[]> {
  const tuples = await write.store.tuplesWith('client_group', groups, 'client_group');
  return tuples.map((t) => t.objectId);
}

/** Asks the engine itself, so that a preview and the access that follows cannot differ. */
export async function measureImpact(
  abilities: AbilityService,
  write: Write,
  em: EntityManager,
  scope: ImpactScope,
): Promise<AccessMap> {
  const map: AccessMap = { opens: new Map(), contacts: new Map(), visible: new Set() };
  const everyone = await rows<{ id: string }>(em, 'select id from collaborator where office = $1', [write.office.id]);
  const readers = everyone.map((row) => row.id);
  await measure(abilities, write, em, { people: readers, dossiers: scope.dossiers }, map);
  const changed = new Set(scope.dossiers);
  const rest = scope.reach.filter((id) => !changed.has(id));
  await measure(abilities, write, em, { people: scope.people, dossiers: rest }, map);
  const contacts = await rows<{ dossier: string; email: string }>(
    em,
    'select dossier, email from dossier_contact($1, $2)',
    [write.office.id, scope.contacts],
  );
  for (const { dossier, email } of contacts) map.contacts.set(dossier, email);
  await markVisible(
    abilities,
    write,
    em,
    scope.contacts.filter((id) => !changed.has(id)),
    map,
  );
  return map;
}

async function measure(
  abilities: AbilityService,
  write: Write,
  em: EntityManager,
  rectangle: { people: string[]; dossiers: string[] },
  map: AccessMap,
): Promise<void> {
  for (let from = 0; from < rectangle.dossiers.length; from += dossiersPerRead) {
    const chunk = rectangle.dossiers.slice(from, from + dossiersPerRead);
    const facts = await abilities.factsIn(em, write.office.id, rectangle.people, chunk);
    for (const dossier of facts.dossiers.values())
      if (write.guard.seesDossier({ ...dossier })) map.visible.add(dossier.id);
    for (const subject of facts.subjects.values()) {
      const ability = abilities.abilityOf('dossier', { subject, settings: facts.settings, policySet: facts.policySet });
      const opens = map.opens.get(subject.id) ?? new Set();
      map.opens.set(subject.id, opens);
      for (const dossier of facts.dossiers.values()) {
        if (allows(ability, 'open', { ...dossier })) opens.add(dossier.id);
      }
    }
  }
}

async function markVisible(
  abilities: AbilityService,
  write: Write,
  em: EntityManager,
  dossiers: string[],
  map: AccessMap,
): Promise<void> {
  await measure(abilities, write, em, { people: [], dossiers: dossiers.filter((id) => !map.visible.has(id)) }, map);
}
