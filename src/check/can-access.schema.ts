import { z } from 'zod';
import { answeredAsOf, asOfSchema } from '#src/ability/as-of.js';

/** Ids in a question may be anything: what does not exist is a deny, never an error. */
const anyId = z.string().max(1_000);

export const consistencySchema = z
  .union([
    z.strictObject({ maxStalenessMs: z.int().min(0).max(3_600_000) }),
    // A token as an answer carried it: nothing that only reads like a number.
    z.strictObject({ atLeast: z.string().regex(/^\d{1,15}$/) }),
  ])
  .optional();
export type Consistency = z.infer<typeof consistencySchema>;

/** Of which moment the answer is to be: fresh to some degree, or past. */
const momentShape = { consistency: consistencySchema, asOf: asOfSchema.optional() };

function isOfOneMoment({ consistency, asOf }: { consistency?: unknown; asOf?: unknown }): boolean {
  return consistency === undefined || asOf === undefined;
}

const oneMoment = { path: ['asOf'], message: 'not together with consistency' };

/** Most questions that one request may ask. */
export const maxQuestions = 10_000;

const questionShape = { collaborator: anyId, dossier: anyId, action: anyId.default('open') };

export const canAccessSchema = z.strictObject({ ...questionShape, ...momentShape }).refine(isOfOneMoment, oneMoment);
export type CanAccess = z.infer<typeof canAccessSchema>;

export const batchSchema = z
  .strictObject({ checks: z.array(z.strictObject(questionShape)).max(maxQuestions), ...momentShape })
  .refine(isOfOneMoment, oneMoment);
export type Batch = z.infer<typeof batchSchema>;

export const filterSchema = z
  .strictObject({
    collaborator: anyId,
    action: anyId.default('open'),
    dossiers: z.array(anyId).max(maxQuestions),
    ...momentShape,
  })
  .refine(isOfOneMoment, oneMoment);
export type Filter = z.infer<typeof filterSchema>;

const decisionShape = { allowed: z.boolean(), rule: z.string().nullable() };
const stampShape = { revision: z.string(), ...answeredAsOf, policy: z.string() };

export const canAccessAnswerSchema = z
  .object({
    ...decisionShape,
    /** The words of the rule in the caller's language; `not_found` where no rule speaks, whatever exists. */
    reason: z.string(),
    ...stampShape,
  })
  .meta({ id: 'Decision' });
export const batchAnswerSchema = z.object({ results: z.array(z.object(decisionShape)), ...stampShape });
export const filterAnswerSchema = z.object({ dossiers: z.array(z.string()), ...stampShape });
