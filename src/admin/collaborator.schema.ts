import { z } from 'zod';
import { collaboratorStatuses, profiles } from '#src/relations/vocabulary.js';
import { writeAnswer } from './answer.schema.js';
import {
  deltaSchema,
  emailSchema,
  idSchema,
  languageSchema,
  pageOf,
  pageShape,
  personNameSchema,
  writeBody,
} from './fields.schema.js';

export const collaboratorPutSchema = writeBody({
  email: emailSchema,
  firstName: personNameSchema.default(''),
  lastName: personNameSchema.default(''),
  /** A new one is an active collaborator; an existing one stays what they are. */
  profile: z.enum(profiles).optional(),
  language: languageSchema.optional(),
  status: z.enum(collaboratorStatuses).optional(),
});
export const collaboratorPatchSchema = writeBody({
  email: emailSchema.optional(),
  firstName: personNameSchema.optional(),
  lastName: personNameSchema.optional(),
  profile: z.enum(profiles).optional(),
  language: languageSchema.optional(),
  status: z.enum(collaboratorStatuses).optional(),
  clientGroups: deltaSchema.optional(),
  collaboratorGroups: deltaSchema.optional(),
});
export type CollaboratorPut = z.infer<typeof collaboratorPutSchema>;
export type CollaboratorPatch = z.infer<typeof collaboratorPatchSchema>;

export const groupsPatchSchema = writeBody(deltaSchema.shape);
export const deactivateSchema = writeBody({ handOverTo: idSchema.optional() }).default({});

const membership = z.object({ id: z.string(), expiresAt: z.string().nullable(), since: z.string(), by: z.string() });

export const collaboratorSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    firstName: z.string(),
    lastName: z.string(),
    profile: z.enum(profiles),
    language: languageSchema,
    status: z.enum(collaboratorStatuses),
    /** Those that they belong to directly; see `inheritedClientGroups` for the others. */
    clientGroups: z.array(membership).optional(),
    collaboratorGroups: z.array(membership).optional(),
    inheritedClientGroups: z.array(z.object({ id: z.string(), via: z.string() })).optional(),
  })
  .meta({ id: 'Collaborator' });
export type CollaboratorView = z.infer<typeof collaboratorSchema>;

export const collaboratorAnswerSchema = writeAnswer(collaboratorSchema);
export const collaboratorListSchema = pageOf(collaboratorSchema);
export const collaboratorQuerySchema = z.strictObject({
  ...pageShape,
  q: z.string().max(200).optional(),
  status: z.enum(collaboratorStatuses).optional(),
  profile: z.enum(profiles).optional(),
});
export type CollaboratorQuery = z.infer<typeof collaboratorQuerySchema>;
