import { z } from 'zod';
import { formatRef, parseRef } from '#src/relations/vocabulary.js';
import { tupleRef, type Tuple, type TupleRef } from '#src/relations/tuples.js';
import { writeAnswer } from './answer.schema.js';
import { instantSchema, pageOf, pageShape, writeBody } from './fields.schema.js';

const refSchema = z.string().max(200);

/** `object`, `relation` and `subject` as `type:id`, where the domain has such a relationship. */
function resolve(value: { object: string; relation: string; subject: string }, context: z.RefinementCtx): TupleRef {
  const object = parseRef(value.object);
  const subject = parseRef(value.subject);
  const ref = object && subject && tupleRef(object, value.relation, subject);
  if (ref) return ref;
  context.addIssue({
    code: 'custom',
    message: 'no such relationship: object, relation and subject do not fit together',
  });
  return z.NEVER;
}

const parts = { object: refSchema, relation: z.string().max(64), subject: refSchema };
const tupleRefSchema = z.strictObject(parts).transform(resolve);
const tupleInputSchema = z
  .strictObject({ ...parts, expiresAt: instantSchema.nullish(), primary: z.boolean().optional() })
  .refine(({ primary, relation }) => !primary || relation === 'manager', {
    message: 'only a manager can be primary',
    path: ['primary'],
  })
  .transform(({ expiresAt, primary, ...ref }, context) => ({
    ...resolve(ref, context),
    expiresAt: expiresAt ?? null,
    ...(primary !== undefined && { primary }),
  }));

/** Most tuples that one request may write, delete, require and forbid together. */
const maxTuples = 1_000;

/** All of it happens or none: what must exist and what must not are looked at in the same transaction. */
export const relationshipsWriteSchema = writeBody({
  write: z.array(tupleInputSchema).max(maxTuples).default([]),
  delete: z.array(tupleRefSchema).max(maxTuples).default([]),
  require: z.array(tupleRefSchema).max(maxTuples).default([]),
  forbid: z.array(tupleRefSchema).max(maxTuples).default([]),
}).refine((body) => body.write.length + body.delete.length + body.require.length + body.forbid.length <= maxTuples);
export type RelationshipsWrite = z.infer<typeof relationshipsWriteSchema>;

export const relationshipSchema = z
  .object({
    object: z.string(),
    relation: z.string(),
    subject: z.string(),
    primary: z.boolean().optional(),
    expiresAt: z.string().nullable(),
    createdAt: z.string(),
    createdBy: z.string(),
    revision: z.string(),
  })
  .meta({ id: 'Relationship' });

export const relationshipsAnswerSchema = writeAnswer(z.object({ written: z.int(), deleted: z.int() }));
export const relationshipListSchema = pageOf(relationshipSchema);
export const relationshipQuerySchema = z.object({
  ...pageShape,
  object: refSchema.optional(),
  relation: z.string().max(64).optional(),
  subject: refSchema.optional(),
});
export type RelationshipQuery = z.infer<typeof relationshipQuerySchema>;

/** A tuple as the API writes it. */
export function relationshipView(t: Tuple): z.infer<typeof relationshipSchema> {
  return {
    object: formatRef({ type: t.objectType, id: t.objectId }),
    relation: t.relation,
    subject: formatRef({ type: t.subjectType, id: t.subjectId }),
    ...(t.relation === 'manager' && { primary: t.primary }),
    expiresAt: t.expiresAt,
    createdAt: t.createdAt,
    createdBy: t.createdBy,
    revision: String(t.revision),
  };
}
