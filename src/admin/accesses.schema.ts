import { z } from 'zod';
import { instantSchema, pageOf, pageShape } from './fields.schema.js';

/** Strict: a misspelt bound must not find more than was asked for. */
export const accessQuerySchema = z.strictObject({
  ...pageShape,
  /** From this instant on. */
  from: instantSchema.optional(),
  /** Before this instant. */
  to: instantSchema.optional(),
  action: z.string().min(1).max(200).default('open'),
  format: z.enum(['json', 'csv']).optional(),
});
export type AccessQuery = z.infer<typeof accessQuerySchema>;

export const accessSchema = z
  .object({
    at: z.string(),
    collaborator: z.string(),
    action: z.string(),
    /** Who asked for them. */
    principal: z.string(),
    actor: z.string().nullable(),
    purpose: z.string().nullable(),
    rule: z.string().nullable(),
    revision: z.string(),
    requestId: z.string(),
  })
  .meta({ id: 'Access' });

export const accessListSchema = pageOf(accessSchema).extend({
  /** Decisions of the office in this time that are not in the log: any of them may be missing here. */
  dropped: z.int(),
});
