import { useCallback, useMemo } from 'react';
import { add, itemsOf, remove, type ListDraft } from './draft.js';

/** One list of the group: adding to it, taking out of it, and what it would hold. */
export function useList<Item extends { id: string }>(
  saved: readonly Item[],
  list: ListDraft<Item>,
  edit: (next: (list: ListDraft<Item>) => ListDraft<Item>) => void,
) {
  const savedIds = useMemo(() => new Set(saved.map(({ id }) => id)), [saved]);
  return {
    list,
    items: useMemo(() => itemsOf(saved, list), [saved, list]),
    isChosen: (id: string) => list.added.has(id) || (!list.removed.has(id) && savedIds.has(id)),
    onAdd: useCallback((item: Item) => edit((now) => add(now, saved, item)), [edit, saved]),
    onRemove: useCallback((id: string) => edit((now) => remove(now, saved, id)), [edit, saved]),
  };
}
