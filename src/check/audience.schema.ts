import { z } from 'zod';
import { answeredAsOf, asOfSchema } from '#src/ability/as-of.js';

export const audienceQuerySchema = z.strictObject({
  action: z.string().max(100).default('open'),
  asOf: asOfSchema.optional(),
});
export type AudienceQuery = z.infer<typeof audienceQuerySchema>;

export const pathSchema = z
  .object({
    kind: z.string(),
    clientGroup: z.string().optional(),
    collaboratorGroup: z.string().optional(),
    since: z.string().optional(),
    by: z.string().optional(),
    expiresAt: z.string().nullable().optional(),
    tuples: z.array(
      z.object({ tuple: z.string(), since: z.string(), by: z.string(), expiresAt: z.string().nullable() }),
    ),
  })
  .meta({ id: 'AccessPath' });

export const audienceSchema = z.object({
  dossier: z.string(),
  action: z.string(),
  audience: z.array(z.object({ collaborator: z.string(), name: z.string(), paths: z.array(pathSchema) })),
  revision: z.string(),
  ...answeredAsOf,
  policy: z.string(),
});
