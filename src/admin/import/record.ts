import type { Collaborator } from '#src/relations/entities.js';
import { tupleKey, type TupleInput } from '#src/relations/tuples.js';
import type { DossierFields } from '#src/admin/dossier-fields.js';
import type { OfficeFields } from '#src/admin/office-fields.js';

/** The members of an office's own line. */
export type OfficeLineFields = Partial<OfficeFields>;
export type CollaboratorLineFields = Partial<
  Pick<Collaborator, 'email' | 'firstName' | 'lastName' | 'profile' | 'language' | 'status'>
>;
export interface GroupLineFields {
  name?: string;
  email?: string | null;
}
export type DossierLineFields = Partial<DossierFields>;

/** What the row of an office's list says beside the dossier's own fields: by name and by e-mail, as people know them. */
export interface ListedPeople {
  clientGroup?: string;
  managers: string[];
}

/** One thing that a line says, right in itself; whether it fits the office is seen when it is applied. */
export type ImportRecord =
  | { kind: 'office'; fields: OfficeLineFields }
  | { kind: 'collaborator'; id: string; fields: CollaboratorLineFields }
  | { kind: 'collaborator_group'; id: string; fields: GroupLineFields }
  | { kind: 'client_group'; id: string; fields: GroupLineFields }
  | { kind: 'client_group_name'; name: string }
  | { kind: 'entity'; type: string; id: string; properties: Record<string, unknown> }
  | { kind: 'relationship'; tuple: TupleInput }
  | { kind: 'dossier'; id: string; fields: DossierLineFields; listed?: ListedPeople };

export type RecordOf<Kind extends ImportRecord['kind']> = Extract<ImportRecord, { kind: Kind }> & { line: number };
export type NumberedRecord = ImportRecord & { line: number };

/**
 * The order in which an import is applied, whatever the order of its lines: what others depend on first, and what
 * closes before what opens. A dossier comes with all its people at once, so that a private one is never without manager
 * and no one is let in whom the next line would have kept out.
 */
export const stages = [
  'office_first',
  'collaborators',
  'collaborator_groups',
  'client_groups',
  'client_group_names',
  'office',
  'entities',
  'group_exclusions',
  'group_members',
  'dossiers',
] as const;
export type Stage = (typeof stages)[number];

/** Divides what a place is about from the order within it; lower than any character of an id. */
const divider = '\u0001';

/** Where a record belongs in the order of {@link stages}, as text that sorts. Records with the same subject are one unit. */
export function placesOf(record: ImportRecord): string[] {
  switch (record.kind) {
    // Settings that loosen come first, those that tighten when all else is there.
    case 'office':
      return [place('office_first', ''), place('office', '')];
    case 'collaborator':
      return [place('collaborators', record.id)];
    case 'collaborator_group':
      return [place('collaborator_groups', record.id)];
    case 'client_group':
      return [place('client_groups', record.id)];
    case 'client_group_name':
      return [place('client_group_names', JSON.stringify(record.name))];
    case 'entity':
      return [place('entities', `${record.type}:${record.id}`)];
    case 'dossier':
      return [place('dossiers', record.id, '0')];
    case 'relationship':
      return [placeOfTuple(record.tuple)];
  }
}

function placeOfTuple(tuple: TupleInput): string {
  if (tuple.objectType === 'dossier') return place('dossiers', tuple.objectId, '1');
  return place(tuple.relation === 'excluded' ? 'group_exclusions' : 'group_members', tupleKey(tuple));
}

function place(stage: Stage, subject: string, order = ''): string {
  return `${stages.indexOf(stage)}${subject}${divider}${order}`;
}

/** The stage and what it is about: what makes records one unit. */
export function unitOf(place: string): string {
  return place.slice(0, place.indexOf(divider));
}

export function stageOf(place: string): Stage {
  return stages[Number(place[0])] as Stage;
}
