import { z } from 'zod';
import { consistencySchema, maxQuestions } from '#src/check/can-access.schema.js';

// Members that nobody knows are ignored, and `null` stands for nothing (Authorization API 1.0 §5, §11).

const text = z.string().max(1_000);
const propertiesSchema = z.record(z.string(), z.unknown()).nullish();
const entitySchema = z.object({ type: text, id: text, properties: propertiesSchema });
const actionSchema = z.object({ name: text, properties: propertiesSchema });

/** Anything; two of its words are ours: how fresh the answer must be, and whether it says why. */
const contextSchema = z
  .looseObject({ consistency: consistencySchema.nullable(), explain: z.unknown().optional() })
  .nullish();

/** One question (§6.1). */
export const evaluationSchema = z.object({
  subject: entitySchema,
  action: actionSchema,
  resource: entitySchema,
  context: contextSchema,
});
export type Evaluation = z.infer<typeof evaluationSchema>;

export const semantics = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;
export type Semantic = (typeof semantics)[number];

/** Many questions (§7.1). What is not given in an item comes from the top; neither is looked at before they are joined. */
export const evaluationsSchema = z.object({
  subject: z.unknown().optional(),
  action: z.unknown().optional(),
  resource: z.unknown().optional(),
  context: z.unknown().optional(),
  evaluations: z.array(z.unknown()).max(maxQuestions).nullish(),
  options: z.object({ evaluations_semantic: z.enum(semantics).nullish() }).nullish(),
});
export type EvaluationsRequest = z.infer<typeof evaluationsSchema>;

const pageSchema = z.object({ token: z.string().max(4_000).nullish(), limit: z.int().min(0).nullish() }).nullish();
export type PageRequest = z.infer<typeof pageSchema>;

/** What is looked for has a type and no id: one that is sent counts for nothing (§8). */
const soughtSchema = z.object({ type: text });

export const subjectSearchSchema = z.object({
  subject: soughtSchema,
  action: actionSchema,
  resource: entitySchema,
  context: contextSchema,
  page: pageSchema,
});
export const resourceSearchSchema = z.object({
  subject: entitySchema,
  action: actionSchema,
  resource: soughtSchema,
  context: contextSchema,
  page: pageSchema,
});
export const actionSearchSchema = z.object({
  subject: entitySchema,
  resource: entitySchema,
  context: contextSchema,
  page: pageSchema,
});
export type SubjectSearch = z.infer<typeof subjectSearchSchema>;
export type ResourceSearch = z.infer<typeof resourceSearchSchema>;
export type ActionSearch = z.infer<typeof actionSearchSchema>;

export const decisionSchema = z
  .object({ decision: z.boolean(), context: z.record(z.string(), z.unknown()).optional() })
  .meta({ id: 'AuthzenDecision' });
export type Decision = z.infer<typeof decisionSchema>;

export const evaluationsAnswerSchema = z.union([z.object({ evaluations: z.array(decisionSchema) }), decisionSchema]);

// Clients compare answers as text: the order of members is part of them.
const answerPage = z.object({ next_token: z.string(), count: z.int() });
export const entitiesFoundSchema = z.object({
  page: answerPage,
  results: z.array(z.object({ type: z.string(), id: z.string() })),
});
export const actionsFoundSchema = z.object({ page: answerPage, results: z.array(z.object({ name: z.string() })) });

export const metadataSchema = z
  .object({
    policy_decision_point: z.string(),
    access_evaluation_endpoint: z.string(),
    access_evaluations_endpoint: z.string(),
    search_subject_endpoint: z.string(),
    search_resource_endpoint: z.string(),
    search_action_endpoint: z.string(),
  })
  .meta({ id: 'AuthzenMetadata' });
