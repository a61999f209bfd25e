import type { operations } from '../../api/schema.js';

/** What the service is asked with. */
export type DossierQuery = NonNullable<operations['Dossiers_list']['parameters']['query']>;
export type DossierStatus = NonNullable<DossierQuery['status']>[number];
export type Sort = NonNullable<DossierQuery['sort']>;

export const statuses = ['active', 'draft', 'inactive'] as const satisfies readonly DossierStatus[];
const sorts: readonly string[] = ['name', '-name', 'code', '-code'] satisfies Sort[];

/** `none` stands for the dossiers without a group, as it does for the service. */
export const noGroup = 'none';

/** What the monitor shows, as it stands in the address: AND between the fields, OR within one. */
export interface Filter {
  clientGroups: readonly string[];
  managers: readonly string[];
  status: DossierStatus | 'all';
  labels: readonly string[];
  q: string;
  mine: boolean;
}

export function filterOf(params: URLSearchParams): Filter {
  const status = params.get('status') ?? 'active';
  return {
    clientGroups: params.getAll('clientGroup'),
    managers: params.getAll('manager'),
    status: statuses.find((one) => one === status) ?? (status === 'all' ? 'all' : 'active'),
    labels: params.getAll('label'),
    q: params.get('q') ?? '',
    mine: params.get('mine') === 'true',
  };
}

export function sortOf(params: URLSearchParams): Sort {
  const sort = params.get('sort') ?? 'name';
  return sorts.includes(sort) ? (sort as Sort) : 'name';
}

/** The address of another filter; sort and columns stay. The filter that one begins with needs no words. */
export function withFilter(params: URLSearchParams, change: Partial<Filter>): URLSearchParams {
  const filter = { ...filterOf(params), ...change };
  const next = new URLSearchParams();
  for (const id of filter.clientGroups) next.append('clientGroup', id);
  for (const id of filter.managers) next.append('manager', id);
  if (filter.status !== 'active') next.set('status', filter.status);
  for (const label of filter.labels) next.append('label', label);
  if (filter.q !== '') next.set('q', filter.q);
  if (filter.mine) next.set('mine', 'true');
  for (const name of ['sort', 'hide']) for (const value of params.getAll(name)) next.append(name, value);
  return next;
}

export type FilterQuery = Pick<DossierQuery, 'clientGroup' | 'manager' | 'status' | 'label' | 'q' | 'mine'>;

/** The filter as the service takes it, in an address or in the body of a write. */
export function queryOf({ clientGroups, managers, status, labels, q, mine }: Filter): FilterQuery {
  return {
    ...(clientGroups.length > 0 && { clientGroup: [...clientGroups] }),
    ...(managers.length > 0 && { manager: [...managers] }),
    ...(status !== 'all' && { status: [status] }),
    ...(labels.length > 0 && { label: [...labels] }),
    ...(q.trim() !== '' && { q: q.trim() }),
    ...(mine && { mine }),
  };
}

/** `true` where something was filtered out beside what is not active. */
export function isFiltered({ clientGroups, managers, status, labels, q, mine }: Filter): boolean {
  return clientGroups.length + managers.length + labels.length > 0 || status !== 'active' || q.trim() !== '' || mine;
}
