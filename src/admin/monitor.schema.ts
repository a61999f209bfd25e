import { z } from 'zod';
import { dossierStatuses } from '#src/relations/vocabulary.js';
import { dossierSchema } from './dossier.schema.js';
import { idListSchema, idSchema, isOneLine, labelSchema, pageOf, pageShape } from './fields.schema.js';

/** A query member that may be given several times. */
export const several = <T extends z.ZodType>(one: T) =>
  z.preprocess((value) => [value].flat(), z.array(one).max(200)).default([]);

/** `none` stands for the dossiers without a group. */
export const noGroup = 'none';

export const dossierFilterShape = {
  clientGroup: several(idSchema),
  manager: several(idSchema),
  status: several(z.enum(dossierStatuses)),
  label: several(labelSchema),
  q: z.string().max(200).refine(isOneLine).optional(),
  mine: z.preprocess(
    (value) => (value === 'true' ? true : value === 'false' ? false : value),
    z.boolean().default(false),
  ),
};

/** The filters of the monitor (rule 24): AND between the fields, OR within one. */
export const dossierFilterSchema = z.strictObject(dossierFilterShape);
export type DossierFilter = z.infer<typeof dossierFilterSchema>;

/** Rule 25: dossiers by their ids, or "all that match this filter". */
export const selectionSchema = z.union([
  z.strictObject({ ids: idListSchema.min(1) }),
  z.strictObject({ filter: dossierFilterSchema }),
]);
export type Selection = z.infer<typeof selectionSchema>;

export const dossierSorts = ['name', '-name', 'code', '-code'] as const;

/** Strict: a filter that is misspelt must not find more than was asked for. */
export const dossierQuerySchema = z.strictObject({
  ...pageShape,
  ...dossierFilterShape,
  sort: z.enum(dossierSorts).default('name'),
  /** `audience`: with each dossier, who can open it and by which paths (rule 25). */
  include: z.enum(['audience']).optional(),
});
export type DossierQuery = z.infer<typeof dossierQuerySchema>;

export const exportQuerySchema = z.strictObject({ ...dossierFilterShape, ids: several(idSchema) });

export const audienceEntrySchema = z.object({
  collaborator: z.string(),
  name: z.string(),
  paths: z.array(
    z.object({
      kind: z.string(),
      clientGroup: z.string().optional(),
      collaboratorGroup: z.string().optional(),
      since: z.string().optional(),
      by: z.string().optional(),
      expiresAt: z.string().nullable().optional(),
      tuples: z.array(
        z.object({ tuple: z.string(), since: z.string(), by: z.string(), expiresAt: z.string().nullable() }),
      ),
    }),
  ),
});

export const dossierListSchema = pageOf(
  dossierSchema.extend({
    /** Where it was asked for; `null` to those who may not know it. */
    audience: z.array(audienceEntrySchema).nullable().optional(),
  }),
);
