import { z } from 'zod';
import { writeAnswer } from './answer.schema.js';
import { isId } from '#src/relations/vocabulary.js';
import { idSchema, instantSchema, pageShape, writeBody } from './fields.schema.js';

/** After this row of the trail: a revision, which stands for all of its rows, or a revision and the row within it. */
const positionSchema = z
  .string()
  .regex(/^\d{1,15}(\.\d{1,9})?$/)
  .transform((text) => {
    const [revision = '0', sequence] = text.split('.');
    return { revision: Number(revision), ...(sequence !== undefined && { sequence: Number(sequence) }) };
  });

/** `collaborator:c1`, or `system`, as rows name who acted. */
const actorSchema = z
  .string()
  .max(200)
  .refine((text) => text === 'system' || isId(/^collaborator:(.*)$/s.exec(text)?.[1]));

export const changeQuerySchema = z.object({
  limit: pageShape.limit,
  after: positionSchema.optional(),
  /** Only the rows of one key, such as `dossier:d1`. */
  key: z.string().max(200).optional(),
  /** Only what this one did. */
  actor: actorSchema.optional(),
  /** Only what tells of this collaborator: of themselves, their groups, and dossiers where they came or went. */
  subject: idSchema.optional(),
  /** Only what this collaborator did, or what tells of them. */
  person: idSchema.optional(),
  from: instantSchema.optional(),
  /** Before this instant. */
  to: instantSchema.optional(),
  /** `newest`: the latest first; `after` then goes back in time. */
  order: z.enum(['oldest', 'newest']).default('oldest'),
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
