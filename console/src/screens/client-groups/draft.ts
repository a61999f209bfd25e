import type { LoadedGroup } from './queries.js';

export interface DossierItem {
  id: string;
  name: string;
  code: string | null;
  status: string;
  expiresAt?: string | null;
  /** The group that it leaves by joining this one. */
  leaves?: string | null;
}

export interface PersonItem {
  id: string;
  firstName: string;
  lastName: string;
  email: string;
  status: string;
  profile: string;
  expiresAt?: string | null;
}

export interface CollaboratorGroupItem {
  id: string;
  name: string;
  members: number;
  expiresAt?: string | null;
}

/** What has been done to a list: the service takes lists as what is added and removed, so that edits merge. */
export interface ListDraft<Item> {
  added: ReadonlyMap<string, Item>;
  removed: ReadonlySet<string>;
}

/** What the form holds that is not saved. */
export interface Draft {
  name: string;
  email: string;
  dossiers: ListDraft<DossierItem>;
  collaborators: ListDraft<PersonItem>;
  collaboratorGroups: ListDraft<CollaboratorGroupItem>;
}

const untouched = { added: new Map<string, never>(), removed: new Set<string>() };

export function draftOf({ name, email }: LoadedGroup): Draft {
  return { name, email, dossiers: untouched, collaborators: untouched, collaboratorGroups: untouched };
}

export function add<Item extends { id: string }>(
  { added, removed }: ListDraft<Item>,
  base: readonly { id: string }[],
  item: Item,
): ListDraft<Item> {
  const isBack = base.some(({ id }) => id === item.id);
  return {
    added: isBack ? added : new Map(added).set(item.id, item),
    removed: removed.has(item.id) ? new Set([...removed].filter((id) => id !== item.id)) : removed,
  };
}

export function remove<Item extends { id: string }>(
  { added, removed }: ListDraft<Item>,
  base: readonly { id: string }[],
  id: string,
): ListDraft<Item> {
  const isThere = base.some((item) => item.id === id);
  return {
    added: added.has(id) ? new Map([...added].filter(([key]) => key !== id)) : added,
    removed: isThere ? new Set(removed).add(id) : removed,
  };
}

/** What the list would hold once it is saved: what has been added comes first. */
export function itemsOf<Item extends { id: string }>(
  saved: readonly Item[],
  { added, removed }: ListDraft<Item>,
): readonly Item[] {
  if (added.size === 0 && removed.size === 0) return saved;
  return [...added.values(), ...saved.filter(({ id }) => !removed.has(id))];
}

/** What is sent: only what differs from the version that is edited. */
export function patchOf(base: LoadedGroup, draft: Draft) {
  const list = ({ added, removed }: ListDraft<unknown>) =>
    added.size + removed.size > 0 ? { add: [...added.keys()], remove: [...removed] } : undefined;
  const email = draft.email.trim();
  return {
    name: draft.name === base.name ? undefined : draft.name,
    email: email === base.email ? undefined : email || null,
    dossiers: list(draft.dossiers),
    collaborators: list(draft.collaborators),
    collaboratorGroups: list(draft.collaboratorGroups),
  };
}

export function isDirty(base: LoadedGroup, draft: Draft): boolean {
  return Object.values(patchOf(base, draft)).some((part) => part !== undefined);
}

/**
 * The same edits on a newer version: a field that was not touched takes the newer value, and what others have done
 * already need not be done again.
 */
export function rebase(draft: Draft, old: LoadedGroup, fresh: LoadedGroup): Draft {
  const list = <Item>({ added, removed }: ListDraft<Item>, now: readonly { id: string }[]): ListDraft<Item> => {
    const there = new Set(now.map(({ id }) => id));
    return {
      added: new Map([...added].filter(([id]) => !there.has(id))),
      removed: new Set([...removed].filter((id) => there.has(id))),
    };
  };
  const { members } = fresh;
  return {
    name: draft.name === old.name ? fresh.name : draft.name,
    email: draft.email === old.email ? fresh.email : draft.email,
    dossiers: list(draft.dossiers, members.dossiers),
    collaborators: list(draft.collaborators, members.collaborators),
    collaboratorGroups: list(draft.collaboratorGroups, members.collaboratorGroups),
  };
}
