import { z } from 'zod';
import { writeAnswer } from './answer.schema.js';
import { pageShape, writeBody } from './fields.schema.js';

/** After this row of the trail: a revision, or a revision and the row within it. */
const positionSchema = z
  .string()
  .regex(/^\d{1,15}(\.\d{1,9})?$/)
  .transform((text) => {
    const [revision = '0', sequence] = text.split('.');
    // A bare revision stands for all of its rows.
    return { revision: Number(revision), sequence: sequence === undefined ? 2_147_483_647 : Number(sequence) };
  });

export const changeQuerySchema = z.object({
  limit: pageShape.limit,
  after: positionSchema.optional(),
  /** Only the rows of one key, such as `dossier:d1`. */
  key: z.string().max(200).optional(),
});
export type ChangeQuery = z.infer<typeof changeQuerySchema>;

export const changeSchema = z
  .object({
    /** Where to go on: `?after=<id>`. */
    id: z.string(),
    revision: z.string(),
    key: z.string(),
    action: z.string(),
    actor: z.string(),
    via: z.string(),
    before: z.unknown(),
    after: z.unknown(),
    reason: z.string().nullable(),
    requestId: z.string().nullable(),
    at: z.string(),
  })
  .meta({ id: 'Change' });

export const changeListSchema = z.object({
  items: z.array(changeSchema),
  /** The `after` of the next page, also where there is none yet: ask again later. */
  nextCursor: z.string().nullable(),
  total: z.int(),
  revision: z.string(),
});

export const undoSchema = writeBody({}).default({});
export const undoneSchema = writeAnswer(z.object({ undone: z.string() }));
