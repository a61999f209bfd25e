import { z } from 'zod';
import { writeAnswer } from './answer.schema.js';
import { emailSchema, idSchema, languageSchema, nameSchema, writeBody } from './fields.schema.js';

const policySetSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
  .nullable();

/** For how long the decisions about the office are kept; `null`: as long as the service says. */
const decisionLogDaysSchema = z.int().min(1).max(3650).nullable();

export const officePutSchema = writeBody({
  name: nameSchema,
  /** Rule 18: required. */
  email: emailSchema,
  language: languageSchema.default('fr'),
  settings: z
    .strictObject({
      onlyAdminsActivate: z.boolean().default(true),
      uniqueGroupNames: z.boolean().default(false),
      defaultClientGroup: idSchema.nullable().default(null),
      decisionLogDays: decisionLogDaysSchema.default(null),
    })
    .prefault({}),
  policySet: policySetSchema.default(null),
});
export const officePatchSchema = writeBody({
  name: nameSchema.optional(),
  email: emailSchema.optional(),
  language: languageSchema.optional(),
  settings: z
    .strictObject({
      onlyAdminsActivate: z.boolean().optional(),
      uniqueGroupNames: z.boolean().optional(),
      defaultClientGroup: idSchema.nullable().optional(),
      decisionLogDays: decisionLogDaysSchema.optional(),
    })
    .optional(),
  policySet: policySetSchema.optional(),
});
export type OfficePut = z.infer<typeof officePutSchema>;
export type OfficePatch = z.infer<typeof officePatchSchema>;

export const officeSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    language: languageSchema,
    settings: z.object({
      onlyAdminsActivate: z.boolean(),
      uniqueGroupNames: z.boolean(),
      defaultClientGroup: z.string().nullable(),
      decisionLogDays: z.int().nullable(),
    }),
    policySet: z.string().nullable(),
    revision: z.string(),
  })
  .meta({ id: 'Office' });
export const officeAnswerSchema = writeAnswer(officeSchema);
