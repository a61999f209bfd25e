import { useState } from 'react';
import { queryOf, type Filter } from './filter.js';

/** Rows chosen one by one, on whatever page, with their names; or all that the filter matches. */
export type Selection = { kind: 'some'; names: ReadonlyMap<string, string> } | { kind: 'all'; total: number };

const none: Selection = { kind: 'some', names: new Map() };

export function useSelection() {
  const [selection, setSelection] = useState<Selection>(none);
  return {
    selection,
    /** Takes the boxes of a page as they are now; what was chosen on other pages stays. */
    choose(ids: ReadonlySet<string>, rows: readonly { id: string; name: string }[]) {
      const known = selection.kind === 'some' ? selection.names : new Map<string, string>();
      const names = new Map(rows.map(({ id, name }) => [id, name]));
      setSelection({ kind: 'some', names: new Map([...ids].map((id) => [id, names.get(id) ?? known.get(id) ?? id])) });
    },
    chooseAll: (total: number) => setSelection({ kind: 'all', total }),
    clear: () => setSelection(none),
  };
}

export function sizeOf(selection: Selection): number {
  return selection.kind === 'all' ? selection.total : selection.names.size;
}

/** The selection as writes take it (rule 25). */
export function selectOf(selection: Selection, filter: Filter) {
  return selection.kind === 'all' ? { filter: queryOf(filter) } : { ids: [...selection.names.keys()] };
}
