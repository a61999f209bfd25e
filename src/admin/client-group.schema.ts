import { z } from 'zod';
import { collaboratorStatuses, dossierStatuses, profiles } from '#src/relations/vocabulary.js';
import { writeAnswer } from './answer.schema.js';
import {
  deltaSchema,
  emailSchema,
  groupNameSchema,
  idListSchema,
  idSchema,
  pageOf,
  pageShape,
  writeBody,
} from './fields.schema.js';

const whole = {
  name: groupNameSchema,
  email: emailSchema.nullish(),
  dossiers: idListSchema.default([]),
  collaborators: idListSchema.default([]),
  collaboratorGroups: idListSchema.default([]),
};

export const clientGroupPutSchema = writeBody(whole);
export const clientGroupPostSchema = writeBody({ id: idSchema.optional(), ...whole });
export const clientGroupPatchSchema = writeBody({
  name: groupNameSchema.optional(),
  email: emailSchema.nullish(),
  dossiers: deltaSchema.optional(),
  collaborators: deltaSchema.optional(),
  collaboratorGroups: deltaSchema.optional(),
});
export type ClientGroupPut = z.infer<typeof clientGroupPutSchema>;
export type ClientGroupPatch = z.infer<typeof clientGroupPatchSchema>;

const personShape = {
  id: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  email: z.string(),
  profile: z.enum(profiles),
  status: z.enum(collaboratorStatuses),
};
const expiresAt = z.string().nullable();

/** Who and what is in a group, in the order of their names. */
const groupMembersSchema = z
  .object({
    dossiers: z.array(
      z.object({
        id: z.string(),
        name: z.string(),
        code: z.string().nullable(),
        status: z.enum(dossierStatuses),
        private: z.boolean(),
        expiresAt,
      }),
    ),
    collaborators: z.array(z.object({ ...personShape, expiresAt })),
    collaboratorGroups: z.array(z.object({ id: z.string(), name: z.string(), members: z.int(), expiresAt })),
    /** People who are in it through collaborator groups: `via` names those. */
    inherited: z.array(z.object({ ...personShape, via: z.array(z.string()) })),
  })
  .meta({ id: 'GroupMembers' });
export type GroupMembers = z.infer<typeof groupMembersSchema>;

/** As an admin sees it; to a collaborator only `id` and `name` are shown (rule 30). */
export const clientGroupSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string().nullable().optional(),
    dossiers: z.array(z.string()).optional(),
    collaborators: z.array(z.string()).optional(),
    collaboratorGroups: z.array(z.string()).optional(),
    excluded: z.array(z.string()).optional(),
    /** Where it was asked for. */
    members: groupMembersSchema.optional(),
  })
  .meta({ id: 'ClientGroup' });
export type ClientGroupView = z.infer<typeof clientGroupSchema>;

export const clientGroupListSchema = pageOf(
  z.object({
    id: z.string(),
    name: z.string(),
    email: z.string().nullable().optional(),
    /** `people`: active ones, directly and through collaborator groups, each once. */
    counts: z
      .object({ dossiers: z.int(), collaborators: z.int(), collaboratorGroups: z.int(), people: z.int() })
      .optional(),
  }),
);
export const clientGroupAnswerSchema = writeAnswer(clientGroupSchema);
export const clientGroupQuerySchema = z.strictObject({ ...pageShape, q: z.string().max(200).optional() });
/** `members`: with who and what is in it by name, instead of by id alone. */
export const clientGroupGetSchema = z.strictObject({ include: z.enum(['members']).optional() });
export const clientGroupDeleteSchema = z.object({ moveDossiersTo: idSchema.optional() });
export const deletedSchema = writeAnswer(z.object({ deleted: z.literal(true) }));
