import { rows } from '#src/platform/sql.js';
import { formatEnterpriseNumber } from '#src/relations/enterprise-number.js';
import type { Tuple } from '#src/relations/tuples.js';
import { formatRef } from '#src/relations/vocabulary.js';
import { loadDossiers, type LoadedDossier } from '#src/admin/dossier-view.js';
import type { OfficeView } from '#src/admin/office-reader.js';
import { officeView } from '#src/admin/offices.service.js';

/** Rows read, and lines handed on, at a time. */
const pageSize = 1_000;

type Line = Record<string, unknown> & { kind: string };

/**
 * An office as the lines that an import reads, in pages. What can be `null` is left out where it is. Dossiers that do
 * not exist for the actor are left out, and with them everything that names them (rule 15).
 */
export async function* exportLines(view: OfficeView): AsyncGenerator<Line[]> {
  yield [officeLine(view)];
  yield* pages<Line & { id: string }>((after) => readCollaborators(view, after));
  for (const table of ['collaborator_group', 'client_group'] as const) {
    yield* pages<Line & { id: string }>((after) => readGroups(view, table, after));
  }
  yield* groupTuples(view);
  yield* entities(view);
  for (let after = ''; ;) {
    const ids = await dossierIds(view, after);
    if (ids.length === 0) return;
    yield await dossierLines(view, ids);
    after = ids.at(-1) ?? '';
  }
}

function officeLine({ office }: OfficeView): Line {
  const { id, name, email, language, settings, policySet } = officeView(office);
  return { kind: 'office', id, name, email, language, settings, ...(policySet !== null && { policySet }) };
}

/** Page by page after the last id, which costs the same wherever the page lies. */
async function* pages<T extends Line & { id: string }>(read: (after: string) => Promise<T[]>): AsyncGenerator<T[]> {
  for (let page = await read(''); page.length > 0; page = await read(page.at(-1)?.id ?? '')) {
    yield page;
    if (page.length < pageSize) return;
  }
}

function readCollaborators({ em, office }: OfficeView, after: string) {
  return rows<Line & { id: string }>(
    em,
    `select 'collaborator' as kind, id, email, first_name "firstName", last_name "lastName", profile, status, language
       from collaborator where office = $1 and id > $2 order by id limit $3`,
    [office.id, after, pageSize],
  );
}

async function readGroups({ em, office }: OfficeView, table: 'collaborator_group' | 'client_group', after: string) {
  const email = table === 'client_group' ? 'email' : 'null::text';
  const found = await rows<{ id: string; name: string; email: string | null }>(
    em,
    `select id, name, ${email} email from ${table} where office = $1 and id > $2 order by id limit $3`,
    [office.id, after, pageSize],
  );
  return found.map(({ id, name, email }) => ({ kind: table, id, name, ...(email !== null && { email }) }));
}

async function* groupTuples(view: OfficeView): AsyncGenerator<Line[]> {
  for (const objectType of ['client_group', 'collaborator_group'] as const) {
    let page = await view.store.page({ objectType }, undefined, pageSize);
    while (page.length > 0) {
      yield page.map(tupleLine);
      page = page.length < pageSize ? [] : await view.store.page({ objectType }, page.at(-1), pageSize);
    }
  }
}

async function* entities({ em, office }: OfficeView): AsyncGenerator<Line[]> {
  const read = (type: string, id: string) =>
    rows<Line & { type: string; id: string }>(
      em,
      `select 'entity' as kind, type, id, properties from entity
        where office = $1 and (type, id) > ($2, $3) order by type, id limit $4`,
      [office.id, type, id, pageSize],
    );
  for (let page = await read('', ''); page.length > 0;) {
    yield page;
    const last = page.at(-1);
    page = page.length < pageSize || !last ? [] : await read(last.type, last.id);
  }
}

async function dossierIds({ em, office }: OfficeView, after: string): Promise<string[]> {
  const found = await rows<{ id: string }>(
    em,
    'select id from dossier where office = $1 and id > $2 order by id limit $3',
    [office.id, after, pageSize],
  );
  return found.map(({ id }) => id);
}

/** Each dossier, followed by everyone who has to do with it, oldest first. */
async function dossierLines(view: OfficeView, ids: readonly string[]): Promise<Line[]> {
  const loaded = await loadDossiers(view, ids);
  // What has been written is not kept: an office may have a million of them.
  view.em.clear();
  return ids.flatMap((id) => {
    const dossier = loaded.get(id);
    if (!dossier || !(view.showsAll || view.guard.seesDossier({ ...dossier.facts }))) return [];
    return [dossierLine(dossier), ...dossier.tuples.map(tupleLine)];
  });
}

function dossierLine({ row }: LoadedDossier): Line {
  const { id, name, code, enterpriseNumber, status, labels, language, email } = row;
  return {
    kind: 'dossier',
    id,
    name,
    ...(code && { code }),
    ...(enterpriseNumber && { enterpriseNumber: formatEnterpriseNumber(enterpriseNumber) }),
    status,
    private: row.private,
    labels,
    ...(language && { language }),
    ...(email && { email }),
  };
}

function tupleLine(tuple: Tuple): Line {
  const { objectType, objectId, relation, subjectType, subjectId, primary, expiresAt, createdAt } = tuple;
  return {
    kind: 'relationship',
    object: formatRef({ type: objectType, id: objectId }),
    relation,
    subject: formatRef({ type: subjectType, id: subjectId }),
    ...(primary && { primary }),
    ...(expiresAt !== null && { expiresAt }),
    createdAt,
  };
}
