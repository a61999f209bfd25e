import { z } from 'zod';
import { clientGroupPatchSchema } from '#src/admin/client-group.schema.js';
import { collaboratorPatchSchema } from '#src/admin/collaborator.schema.js';
import { dossierPatchSchema } from '#src/admin/dossier.schema.js';
import { entityTypeSchema, propertiesSchema } from '#src/admin/entity.schema.js';
import { idSchema } from '#src/admin/fields.schema.js';
import { officePatchSchema } from '#src/admin/office.schema.js';

// A line is held to what the API holds its own bodies to: the fields come from the same schemas.
const officeFields = officePatchSchema.omit({ reason: true }).shape;
const collaboratorFields = collaboratorPatchSchema.omit({ reason: true }).shape;
const dossierFields = dossierPatchSchema.omit({ reason: true }).shape;
const { name, email } = clientGroupPatchSchema.shape;

/** Kept as written, to the microsecond: an import restores what an export said. */
const instant = z.iso.datetime({ offset: true }).refine((text) => !Number.isNaN(Date.parse(text)));
const ref = z.string().max(200);

/** The lines of an import by their kind. Unknown members are refused. */
export const lineSchemas = {
  office: z.strictObject({ kind: z.literal('office'), id: z.string().max(200).optional(), ...officeFields }),
  collaborator: z.strictObject({ kind: z.literal('collaborator'), id: idSchema, ...collaboratorFields }),
  collaborator_group: z.strictObject({ kind: z.literal('collaborator_group'), id: idSchema, name }),
  client_group: z.strictObject({ kind: z.literal('client_group'), id: idSchema, name, email }),
  dossier: z.strictObject({ kind: z.literal('dossier'), id: idSchema, ...dossierFields }),
  relationship: z.strictObject({
    kind: z.literal('relationship'),
    object: ref,
    relation: z.string().max(64),
    subject: ref,
    primary: z.boolean().optional(),
    expiresAt: instant.nullish(),
    createdAt: instant.optional(),
  }),
  entity: z.strictObject({
    kind: z.literal('entity'),
    type: entityTypeSchema,
    id: idSchema,
    properties: propertiesSchema.optional(),
  }),
};
export type LineKind = keyof typeof lineSchemas;
export type LineOf<Kind extends LineKind> = z.infer<(typeof lineSchemas)[Kind]>;
