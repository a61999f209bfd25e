import { z } from 'zod';
import { pageOf, pageShape } from '#src/admin/fields.schema.js';

/** What is legal and worth a look, each about one kind of thing. */
export const findings = {
  dossiers_without_client_group: 'dossier',
  dossiers_without_manager: 'dossier',
  dossiers_with_inactive_managers_only: 'dossier',
  client_groups_without_dossiers: 'client_group',
  client_groups_without_people: 'client_group',
  client_group_twins: 'client_group',
  collaborator_groups_without_people: 'collaborator_group',
  collaborator_group_twins: 'collaborator_group',
  too_many_admins: 'collaborator',
} as const;
export type Finding = keyof typeof findings;
export const findingNames = Object.keys(findings) as Finding[];

const boundSchema = z.object({ admins: z.int(), collaborators: z.int(), most: z.int() });

export const findingListSchema = z.object({
  items: z.array(
    z.object({
      finding: z.enum(findingNames),
      about: z.enum(['dossier', 'client_group', 'collaborator_group', 'collaborator']),
      count: z.int(),
      /** Of `too_many_admins`: active admins, active people, and how many admins are not too many. */
      bound: boundSchema.optional(),
    }),
  ),
  revision: z.string(),
});

export const findingRowsSchema = pageOf(
  z.object({
    id: z.string(),
    name: z.string(),
    /** Of a dossier. */
    code: z.string().nullable().optional(),
    /** Of groups with the same name: how many others there are. */
    twins: z.int().optional(),
  }),
);
export const findingQuerySchema = z.strictObject(pageShape);
