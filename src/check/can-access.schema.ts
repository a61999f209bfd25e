import { z } from 'zod';

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

/** Most questions that one request may ask. */
export const maxQuestions = 10_000;

export const canAccessSchema = z.strictObject({
  collaborator: anyId,
  dossier: anyId,
  action: anyId.default('open'),
  consistency: consistencySchema,
});
export type CanAccess = z.infer<typeof canAccessSchema>;

export const batchSchema = z.strictObject({
  checks: z.array(canAccessSchema.omit({ consistency: true })).max(maxQuestions),
  consistency: consistencySchema,
});
export type Batch = z.infer<typeof batchSchema>;

export const filterSchema = z.strictObject({
  collaborator: anyId,
  action: anyId.default('open'),
  dossiers: z.array(anyId).max(maxQuestions),
  consistency: consistencySchema,
});
export type Filter = z.infer<typeof filterSchema>;

const decisionShape = { allowed: z.boolean(), rule: z.string().nullable() };

export const canAccessAnswerSchema = z
  .object({
    ...decisionShape,
    /** The words of the rule in the caller's language; `not_found` where no rule speaks, whatever exists. */
    reason: z.string(),
    revision: z.string(),
    policy: z.string(),
  })
  .meta({ id: 'Decision' });
export const batchAnswerSchema = z.object({
  results: z.array(z.object(decisionShape)),
  revision: z.string(),
  policy: z.string(),
});
export const filterAnswerSchema = z.object({ dossiers: z.array(z.string()), revision: z.string(), policy: z.string() });
