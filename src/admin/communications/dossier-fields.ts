import type { LoadedDossier, Place } from '#src/admin/dossier-view.js';
import { clientGroupNames, collaboratorNames } from '#src/admin/names.js';
import { firstRow, rows } from '#src/platform/sql.js';
import { formatEnterpriseNumber } from '#src/relations/enterprise-number.js';
import type { FieldValues } from './message-template.js';

/** Where communication to and from a dossier goes (rule 19). */
export interface Contact {
  dossier: string;
  email: string;
  source: string;
  /** Whose address it is, where it is a manager's. */
  collaborator: string | null;
}

/** The contacts of those among `ids` that exist, by dossier. */
export async function contactsOf(
  place: Pick<Place, 'em' | 'office'>,
  ids: readonly string[],
): Promise<Map<string, Contact>> {
  const found = await rows<Contact>(
    place.em,
    'select dossier, email, source, collaborator from dossier_contact($1, $2)',
    [place.office.id, ids],
  );
  return new Map(found.map((contact) => [contact.dossier, contact]));
}

/**
 * What a template may name of each dossier. Its manager is the one whom rule 19 takes; its group is named only by those
 * who see the names of groups (rule 30).
 */
export async function fieldValuesOf(
  place: Place,
  loaded: ReadonlyMap<string, LoadedDossier>,
  contacts: ReadonlyMap<string, Contact>,
): Promise<(dossier: string) => FieldValues> {
  const groups = place.guard.seesGroupNames()
    ? await clientGroupNames(
        place.em,
        place.office.id,
        [...loaded.values()].flatMap(({ facts }) => facts.clientGroup ?? []),
      )
    : new Map<string, string>();
  const people = await collaboratorNames(
    place.em,
    place.office.id,
    [...contacts.values()].flatMap(({ collaborator }) => collaborator ?? []),
  );
  const office = await firstRow<{ name: string; email: string }>(
    place.em,
    'select name, email from office where id = $1',
    [place.office.id],
  );
  return (dossier) => {
    const { row, facts } = loaded.get(dossier) ?? {};
    const contact = contacts.get(dossier);
    return {
      name: row?.name ?? '',
      code: row?.code ?? '',
      enterpriseNumber: row?.enterpriseNumber ? formatEnterpriseNumber(row.enterpriseNumber) : '',
      manager: people.get(contact?.collaborator ?? '') ?? '',
      clientGroup: groups.get(facts?.clientGroup ?? '') ?? '',
      contactEmail: contact?.email ?? '',
      officeName: office?.name ?? '',
      officeEmail: office?.email ?? '',
    };
  };
}
