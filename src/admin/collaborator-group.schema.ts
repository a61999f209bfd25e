import { z } from 'zod';
import { writeAnswer } from './answer.schema.js';
import { deltaSchema, groupNameSchema, idListSchema, idSchema, pageOf, pageShape, writeBody } from './fields.schema.js';

const whole = { name: groupNameSchema, members: idListSchema.default([]) };

export const collaboratorGroupPutSchema = writeBody(whole);
export const collaboratorGroupPostSchema = writeBody({ id: idSchema.optional(), ...whole });
export const collaboratorGroupPatchSchema = writeBody({
  name: groupNameSchema.optional(),
  members: deltaSchema.optional(),
});
export type CollaboratorGroupPut = z.infer<typeof collaboratorGroupPutSchema>;
export type CollaboratorGroupPatch = z.infer<typeof collaboratorGroupPatchSchema>;

export const collaboratorGroupSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    members: z.array(z.string()),
    clientGroups: z.array(z.string()),
  })
  .meta({ id: 'CollaboratorGroup' });
export const collaboratorGroupAnswerSchema = writeAnswer(collaboratorGroupSchema);
export const collaboratorGroupListSchema = pageOf(
  z.object({ id: z.string(), name: z.string(), counts: z.object({ members: z.int(), clientGroups: z.int() }) }),
);
export const collaboratorGroupQuerySchema = z.strictObject({ ...pageShape, q: z.string().max(200).optional() });
