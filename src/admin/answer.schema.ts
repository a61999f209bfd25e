import { z } from 'zod';
import { warningSchema } from './fields.schema.js';
import { impactNamesSchema, impactSchema } from './impact-report.js';

/** What `?dryRun=true` answers instead: nothing has changed. */
export const previewSchema = z
  .object({
    dryRun: z.literal(true),
    impact: impactSchema,
    names: impactNamesSchema,
    warnings: z.array(warningSchema),
    revision: z.string(),
  })
  .meta({ id: 'Preview' });

/** What a write answers: its own members, the revision token and the warnings; or the preview of a dry run. */
export function writeAnswer<Shape extends z.ZodRawShape>(body: z.ZodObject<Shape>) {
  return z.union([previewSchema, body.extend({ revision: z.string(), warnings: z.array(warningSchema) })]);
}
