import type { Collaborator, NamedGroup } from './queries.js';

/** What has been done to a list: the service takes it as what is added and removed, so that edits merge (rule 22). */
export interface ListDraft {
  added: ReadonlyMap<string, NamedGroup>;
  removed: ReadonlySet<string>;
}

/** What the form holds that is not saved. */
export interface Draft {
  firstName: string;
  lastName: string;
  email: string;
  profile: Collaborator['profile'];
  language: Collaborator['language'];
  clientGroups: ListDraft;
  collaboratorGroups: ListDraft;
}

export type ListName = 'clientGroups' | 'collaboratorGroups';
const fieldNames = ['firstName', 'lastName', 'email', 'profile', 'language'] as const;
const untouched: ListDraft = { added: new Map(), removed: new Set() };

export function draftOf({ firstName, lastName, email, profile, language }: Collaborator): Draft {
  const lists = { clientGroups: untouched, collaboratorGroups: untouched };
  return { firstName, lastName, email, profile, language, ...lists };
}

export function savedIds(person: Collaborator, name: ListName): string[] {
  return (person[name] ?? []).map(({ id }) => id);
}

export function add({ added, removed }: ListDraft, saved: readonly string[], group: NamedGroup): ListDraft {
  return {
    added: saved.includes(group.id) ? added : new Map(added).set(group.id, group),
    removed: new Set([...removed].filter((id) => id !== group.id)),
  };
}

export function remove({ added, removed }: ListDraft, saved: readonly string[], id: string): ListDraft {
  return {
    added: new Map([...added].filter(([key]) => key !== id)),
    removed: saved.includes(id) ? new Set(removed).add(id) : removed,
  };
}

/** What is sent: only what differs from the version that is edited. */
export function patchOf(person: Collaborator, draft: Draft) {
  const fields = fieldNames.filter((name) => draft[name].trim() !== person[name]);
  const list = ({ added, removed }: ListDraft) =>
    added.size + removed.size > 0 ? { add: [...added.keys()], remove: [...removed] } : undefined;
  return {
    ...(Object.fromEntries(fields.map((name) => [name, draft[name].trim()])) as Partial<
      Pick<Collaborator, (typeof fieldNames)[number]>
    >),
    clientGroups: list(draft.clientGroups),
    collaboratorGroups: list(draft.collaboratorGroups),
  };
}

export function isDirty(person: Collaborator, draft: Draft): boolean {
  return Object.values(patchOf(person, draft)).some((part) => part !== undefined);
}

/** The same edits on a newer version: what was not touched takes the newer value, what is done already is not done again. */
export function rebase(draft: Draft, old: Collaborator, fresh: Collaborator): Draft {
  const list = (name: ListName): ListDraft => {
    const there = savedIds(fresh, name);
    return {
      added: new Map([...draft[name].added].filter(([id]) => !there.includes(id))),
      removed: new Set([...draft[name].removed].filter((id) => there.includes(id))),
    };
  };
  const fields = fieldNames.map((name) => [name, draft[name] === old[name] ? fresh[name] : draft[name]]);
  return {
    ...(Object.fromEntries(fields) as Pick<Draft, (typeof fieldNames)[number]>),
    clientGroups: list('clientGroups'),
    collaboratorGroups: list('collaboratorGroups'),
  };
}
