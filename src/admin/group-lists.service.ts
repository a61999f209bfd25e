import { Injectable } from '@nestjs/common';
import { problem } from '#src/platform/errors.js';
import { firstRow, numbered, rows, type SqlFragment } from '#src/platform/sql.js';
import type { ClientGroup } from '#src/relations/entities.js';
import { Answer } from '#src/platform/answer.js';
import { clientGroupView, requireClientGroup } from './client-groups.service.js';
import { collaboratorGroupView, requireCollaboratorGroup } from './collaborator-groups.service.js';
import { allowedDossiers } from './allowed-dossiers.js';
import type { Place } from './dossier-view.js';
import { groupMembers } from './group-members.js';
import { OfficeReader, type OfficeView } from './office-reader.js';
import type { PageRequest, ReadRequest } from './read-request.js';
import { etagOf } from './versions.js';

interface GroupRow {
  id: string;
  name: string;
  key: string;
  email?: string | null;
  first: string;
  second: string;
  third: string;
  people: string;
}

/** The groups of an office as lists: in full for admins, by name for collaborators, not at all for support (rule 30). */
@Injectable()
export class GroupListsService {
  constructor(private readonly reader: OfficeReader) {}

  clientGroups(request: ReadRequest, { q, ...page }: PageRequest & { q?: string | undefined }) {
    return this.reader.read(request, async (view) => {
      const full = view.guard.may('client_group', 'read', { id: '-' });
      const visible = full ? { sql: 'true', params: [] } : namedGroups(view);
      const open = allowedDossiers(view.guard);
      const where = `g.office = ? and ${visible.sql} and (?::text is null or strpos(fold(g.name), fold(?)) > 0)`;
      const params = [view.office.id, ...visible.params, q ?? null, q ?? ''];
      return this.reader.page(request, page, view, {
        name: ['client-groups', q],
        rows: (after, most) =>
          rows<GroupRow>(
            view.em,
            numbered(`select g.id, g.name, g.email, fold(g.name) as key, ${memberCounts(open.sql)}
                        from client_group g where ${where} ${after ? 'and (fold(g.name), g.id) > (?, ?)' : ''}
                       order by fold(g.name), g.id limit ?`),
            [...open.params, ...params, ...(after ?? []), most],
          ),
        position: (row: GroupRow) => [row.key, row.id],
        total: () => count(view, `select count(*) n from client_group g where ${where}`, params),
        items: (found) => found.map((row) => (full ? fullItem(row) : { id: row.id, name: row.name })),
      });
    });
  }

  clientGroup(request: ReadRequest, id: string, { withMembers = false } = {}) {
    return this.reader.read(request, async (view) => {
      const full = view.guard.may('client_group', 'read', { id });
      if (!full && !(await this.holdsOpenDossier(view, id))) throw problem('not_found', { type: 'client_group', id });
      const group: ClientGroup = await requireClientGroup(view, id);
      const members = full && withMembers ? { members: await groupMembers(view, id) } : {};
      const body = full ? { ...(await clientGroupView(view, group)), ...members } : { id, name: group.name };
      return new Answer(body, 200, etagOf(group.version));
    });
  }

  collaboratorGroups(request: ReadRequest, { q, ...page }: PageRequest & { q?: string | undefined }) {
    return this.reader.read(request, async (view) => {
      view.guard.require('collaborator_group', 'read', { id: '-' });
      const where = `g.office = ? and (?::text is null or strpos(fold(g.name), fold(?)) > 0)`;
      const params = [view.office.id, q ?? null, q ?? ''];
      return this.reader.page(request, page, view, {
        name: ['collaborator-groups', q],
        rows: (after, most) =>
          rows<GroupRow>(
            view.em,
            numbered(`select g.id, g.name, fold(g.name) as key,
                             (select count(*) from relationship r where r.office = g.office and r.object_type = 'collaborator_group'
                                and r.object_id = g.id and ${inForce('r')}) as first,
                             (select count(*) from relationship r where r.office = g.office
                                and r.subject_type = 'collaborator_group' and r.subject_id = g.id and ${inForce('r')}) as second
                        from collaborator_group g where ${where} ${after ? 'and (fold(g.name), g.id) > (?, ?)' : ''}
                       order by fold(g.name), g.id limit ?`),
            [...params, ...(after ?? []), most],
          ),
        position: (row: GroupRow) => [row.key, row.id],
        total: () => count(view, `select count(*) n from collaborator_group g where ${where}`, params),
        items: (found) =>
          found.map(({ id, name, first, second }) => ({
            id,
            name,
            counts: { members: Number(first), clientGroups: Number(second) },
          })),
      });
    });
  }

  collaboratorGroup(request: ReadRequest, id: string) {
    return this.reader.read(request, async (view) => {
      view.guard.require('collaborator_group', 'read', { id });
      const group = await requireCollaboratorGroup(view, id);
      return new Answer(await collaboratorGroupView(view, group), 200, etagOf(group.version));
    });
  }

  private async holdsOpenDossier(view: OfficeView, id: string): Promise<boolean> {
    const named = namedGroups(view);
    const row = await firstRow(
      view.em,
      numbered(`select 1 from client_group g where g.office = ? and g.id = ? and ${named.sql}`),
      [view.office.id, id, ...named.params],
    );
    return row !== undefined;
  }
}

const inForce = (alias: string) => `(${alias}.expires_at is null or ${alias}.expires_at > statement_timestamp())`;

/** The groups that hold a dossier which the viewer can open, where the policy shows names to such a viewer. */
function namedGroups({ guard }: Place): SqlFragment {
  if (!guard.seesGroupNames()) return { sql: 'false', params: [] };
  const open = allowedDossiers(guard);
  return {
    sql: `exists (select 1 from relationship m join dossier d on d.office = m.office and d.id = m.object_id
                   where m.office = g.office and m.object_type = 'dossier' and m.relation = 'client_group'
                     and m.subject_type = 'client_group' and m.subject_id = g.id and ${inForce('m')} and ${open.sql})`,
    params: open.params,
  };
}

/** Dossiers that the viewer may open, people, and groups of people. */
function memberCounts(openSql: string): string {
  const own = (relation: string) => `(select count(*) from relationship r where r.office = g.office
    and r.object_type = 'client_group' and r.object_id = g.id and r.relation = '${relation}' and ${inForce('r')})`;
  return `(select count(*) from relationship m join dossier d on d.office = m.office and d.id = m.object_id
            where m.office = g.office and m.subject_type = 'client_group' and m.subject_id = g.id
              and m.relation = 'client_group' and ${inForce('m')} and ${openSql}) as first,
          ${own('collaborator')} as second, ${own('collaborator_group')} as third, ${activePeople} as people`;
}

/** Active people, directly and through collaborator groups, each once: both found by what they are in. */
const activePeople = `(
  select count(*) from (
    select p.subject_id as id from relationship p where p.office = g.office and p.object_type = 'client_group'
       and p.object_id = g.id and p.relation = 'collaborator' and ${inForce('p')}
    union
    select p.subject_id from relationship k
      join relationship p on p.office = k.office and p.object_type = 'collaborator_group' and p.object_id = k.subject_id
       and p.relation = 'member' and ${inForce('p')}
     where k.office = g.office and k.object_type = 'client_group' and k.object_id = g.id
       and k.relation = 'collaborator_group' and ${inForce('k')}) m
  join collaborator c on c.office = g.office and c.id = m.id and c.status = 'active')`;

function fullItem({ id, name, email, first, second, third, people }: GroupRow) {
  const groups = { collaborators: Number(second), collaboratorGroups: Number(third) };
  const counts = { dossiers: Number(first), ...groups, people: Number(people) };
  return { id, name, email: email ?? null, counts };
}

async function count(view: OfficeView, sql: string, params: readonly unknown[]): Promise<number> {
  const row = await firstRow<{ n: string }>(view.em, numbered(sql), params);
  return Number(row?.n ?? 0);
}
