import { keepPreviousData, useInfiniteQuery, type QueryKey } from '@tanstack/react-query';
import { useMemo } from 'react';

/** A list as the service answers it. */
export interface PageOf<Item> {
  items: Item[];
  nextCursor: string | null;
  total: number;
}

/** Asks for one page: the first one, or the one after a cursor. */
export type ReadPage<Item> = (cursor: string | undefined, signal: AbortSignal) => Promise<PageOf<Item>>;

/** A list that grows page by page; while another one is asked for, the former stays. */
export function usePages<Item>(queryKey: QueryKey, read: ReadPage<Item>, { enabled = true } = {}) {
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => read(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page: PageOf<Item>) => page.nextCursor ?? undefined,
    placeholderData: keepPreviousData,
    enabled,
  });
  const items = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  return { ...query, items, total: query.data?.pages[0]?.total };
}

/** Longest page of a list. */
export const maxPageSize = 1_000;

/** A whole list that has few pages, such as the groups of an office. */
export async function allPages<Item>(read: ReadPage<Item>, signal: AbortSignal): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const page = await read(cursor, signal);
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
    more = cursor !== undefined;
  }
  return items;
}
