import { z } from 'zod';
import { previewSchema } from './answer.schema.js';
import {
  deltaSchema,
  idListSchema,
  idSchema,
  labelSchema,
  maxLabels,
  warningSchema,
  writeBody,
} from './fields.schema.js';
import { selectionSchema } from './monitor.schema.js';

const labelDelta = z.strictObject({ add: z.array(labelSchema).default([]), remove: z.array(labelSchema).default([]) });

/** Rule 25: a selection, by ids or as "all that match this filter", and what every one of them gets. */
export const bulkSchema = writeBody({
  select: selectionSchema,
  set: z
    .strictObject({
      clientGroup: idSchema.nullable().optional(),
      /** A list replaces the managers; a delta merges. */
      managers: z.union([idListSchema, deltaSchema]).optional(),
      labels: z.union([z.array(labelSchema).max(maxLabels), labelDelta]).optional(),
    })
    .refine((set) => Object.values(set).some((value) => value !== undefined)),
});
export type BulkEdit = z.infer<typeof bulkSchema>;

export const bulkRowSchema = z.object({
  dossier: z.string(),
  status: z.enum(['changed', 'unchanged', 'refused']),
  code: z.string().optional(),
  message: z.string().optional(),
});
export type BulkRow = z.infer<typeof bulkRowSchema>;

const outcome = {
  results: z.array(bulkRowSchema),
  counts: z.object({ changed: z.int(), unchanged: z.int(), refused: z.int() }),
};

/** A preview says of each row what would become of it, too. */
export const bulkAnswerSchema = z.union([
  previewSchema.extend(outcome).meta({ id: 'BulkPreview' }),
  z.object({ ...outcome, revision: z.string(), warnings: z.array(warningSchema) }),
]);
