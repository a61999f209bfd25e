import { z } from 'zod';
import { dossierStatuses, languages } from '#src/relations/vocabulary.js';
import { writeAnswer } from './answer.schema.js';
import {
  emailSchema,
  idListSchema,
  idSchema,
  instantSchema,
  isOneLine,
  labelSchema,
  languageSchema,
  maxLabels,
  nameSchema,
  reasonSchema,
  tidy,
  writeBody,
} from './fields.schema.js';

const codeSchema = z
  .string()
  .max(500)
  .transform(tidy)
  .refine((text) => text.length <= 50 && isOneLine(text))
  .nullable();
/** Rule 26 is checked by the service, in its own words. */
const enterpriseNumberSchema = z.string().trim().max(40).nullable();
const labelsSchema = z
  .array(labelSchema)
  .max(maxLabels)
  .transform((labels) => [...new Set(labels)]);

export const dossierPutSchema = writeBody({
  name: nameSchema,
  code: codeSchema.default(null),
  enterpriseNumber: enterpriseNumberSchema.default(null),
  labels: labelsSchema.default([]),
  private: z.boolean().default(false),
  language: languageSchema.nullable().default(null),
  email: emailSchema.nullable().default(null),
  status: z.enum(dossierStatuses).optional(),
  clientGroup: idSchema.nullish(),
  managers: idListSchema.optional(),
});
export type DossierPut = z.infer<typeof dossierPutSchema>;

export const dossierPatchSchema = writeBody({
  name: nameSchema.optional(),
  code: codeSchema.optional(),
  enterpriseNumber: enterpriseNumberSchema.optional(),
  labels: labelsSchema.optional(),
  private: z.boolean().optional(),
  language: languageSchema.nullish(),
  email: emailSchema.nullish(),
  status: z.enum(dossierStatuses).optional(),
});
export type DossierPatch = z.infer<typeof dossierPatchSchema>;

export const activateSchema = writeBody({
  clientGroup: idSchema.nullish(),
  managers: idListSchema.optional(),
}).default({});
export type Activation = z.infer<typeof activateSchema>;

export const emptyBodySchema = writeBody({}).default({});
export const clientGroupOfDossierSchema = writeBody({ clientGroup: idSchema.nullable() });

const person = z.union([
  idSchema.transform((collaborator) => ({ collaborator, expiresAt: null })),
  z.strictObject({ collaborator: idSchema, expiresAt: instantSchema.nullable().default(null) }),
]);
/** People who are added, each perhaps until an instant, and people who are removed. */
export const peopleDeltaSchema = writeBody({
  add: z.array(person).max(1000).default([]),
  remove: idListSchema.default([]),
});
export const managersDeltaSchema = peopleDeltaSchema.extend({ primary: idSchema.optional() });
export type PeopleDelta = z.infer<typeof managersDeltaSchema>;

export const breakGlassSchema = z.strictObject({ reason: reasonSchema, expiresAt: instantSchema });

const named = z.object({
  collaborator: z.string(),
  name: z.string(),
  expiresAt: z.string().nullable(),
  since: z.string(),
  by: z.string(),
});

export const dossierSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    code: z.string().nullable(),
    enterpriseNumber: z.string().nullable(),
    labels: z.array(z.string()),
    private: z.boolean(),
    language: z.enum(languages).nullable(),
    email: z.string().nullable(),
    status: z.enum(dossierStatuses),
    clientGroup: z.string().nullable().optional(),
    clientGroupName: z.string().nullable().optional(),
    managers: z.array(named.extend({ primary: z.boolean() })),
    /** Shown to those who may change them. */
    guests: z.array(named).optional(),
    excluded: z.array(named).optional(),
  })
  .meta({ id: 'Dossier' });
export type DossierView = z.infer<typeof dossierSchema>;
export const dossierAnswerSchema = writeAnswer(dossierSchema);

export const contactSchema = z
  .object({
    email: z.string(),
    source: z.enum(['manager', 'client_group', 'office']),
    collaborator: z.string().optional(),
    revision: z.string(),
  })
  .meta({ id: 'Contact' });
