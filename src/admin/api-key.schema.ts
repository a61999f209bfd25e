import { z } from 'zod';
import { scopes } from '#src/platform/auth/principal.js';
import { writeAnswer } from './answer.schema.js';
import { idSchema, instantSchema, pageOf, pageShape, tidy, writeBody } from './fields.schema.js';

export const apiKeyPostSchema = writeBody({
  id: idSchema.optional(),
  name: z
    .string()
    .max(500)
    .transform(tidy)
    .refine((text) => text !== '' && text.length <= 100),
  scopes: z
    .array(z.enum(scopes))
    .min(1)
    .transform((list) => [...new Set(list)]),
  expiresAt: instantSchema.nullish(),
});
export type ApiKeyPost = z.infer<typeof apiKeyPostSchema>;

export const apiKeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(scopes)),
    createdAt: z.string(),
    createdBy: z.string(),
    expiresAt: z.string().nullable(),
    revokedAt: z.string().nullable(),
  })
  .meta({ id: 'ApiKey' });
export const apiKeyListSchema = pageOf(apiKeySchema);
/** `key` is shown once, as only its hash is kept: it is missing where an `Idempotency-Key` brings the answer back. */
export const apiKeyAnswerSchema = writeAnswer(apiKeySchema.extend({ key: z.string().optional() }));
export const apiKeyRevokedSchema = writeAnswer(apiKeySchema);
export const apiKeyQuerySchema = z.object(pageShape);
