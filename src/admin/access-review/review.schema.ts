import { z } from 'zod';
import { asOfSchema } from '#src/ability/as-of.js';
import { idSchema } from '#src/admin/fields.schema.js';

/** A query member that may be given several times. */
const ids = z.preprocess((value) => (value === undefined ? [] : [value].flat()), z.array(idSchema).max(200));

/** What a review looks at: AND between the fields, OR within one; a client group may be `none`, as in the monitor. */
const filterShape = {
  action: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,63}$/)
    .default('open'),
  collaborator: ids,
  clientGroup: ids,
  dossier: ids,
};

export const reviewFormats = ['xlsx', 'csv'] as const;
export type ReviewFormat = (typeof reviewFormats)[number];

/** Strict: a filter that is misspelt must not find more than was asked for. */
export const reviewQuerySchema = z.strictObject({
  ...filterShape,
  format: z.enum(reviewFormats).optional(),
  asOf: asOfSchema.optional(),
});
export type ReviewQuery = z.infer<typeof reviewQuerySchema>;
export type ReviewFilter = Omit<ReviewQuery, 'format' | 'asOf'>;
