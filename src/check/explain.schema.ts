import { z } from 'zod';
import { answeredAsOf, asOfSchema } from '#src/ability/as-of.js';
import { canAccessSchema } from './can-access.schema.js';
import { pathSchema } from './audience.schema.js';

export const explainSchema = canAccessSchema;

const remedySchema = z.object({ change: z.string(), clientGroup: z.string().optional() });

export const explanationSchema = z
  .object({
    allowed: z.boolean(),
    rule: z.string().nullable(),
    reason: z.string(),
    paths: z.array(pathSchema),
    denials: z.array(z.object({ rule: z.string(), reason: z.string() })),
    wouldGrant: z.array(z.array(remedySchema)),
    ask: z.array(z.object({ collaborator: z.string(), name: z.string(), as: z.enum(['manager', 'admin']) })),
    revocations: z.array(z.array(z.string())),
    revision: z.string(),
    ...answeredAsOf,
    policy: z.string(),
  })
  .meta({ id: 'Explanation' });

export const openableQuerySchema = z.strictObject({
  action: z.string().max(100).default('open'),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(2000).optional(),
  asOf: asOfSchema.optional(),
});
export type OpenableQuery = z.infer<typeof openableQuerySchema>;

export const openableListSchema = z.object({
  items: z.array(z.object({ id: z.string(), name: z.string(), code: z.string().nullable(), status: z.string() })),
  nextCursor: z.string().nullable(),
  total: z.int(),
  revision: z.string(),
  ...answeredAsOf,
  policy: z.string(),
});

export const abilityExportSchema = z
  .object({
    /** Rules as `unpackRules` of CASL reads them. */
    rules: z.array(z.array(z.unknown())),
    revision: z.string(),
    policy: z.string(),
    validUntil: z.string().nullable(),
    signature: z.string(),
  })
  .meta({ id: 'AbilityExport' });
