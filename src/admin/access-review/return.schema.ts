import { z } from 'zod';
import { previewSchema } from '#src/admin/answer.schema.js';
import { warningSchema } from '#src/admin/fields.schema.js';

/** What became of one row with a decision that asks for something, by its number in the file. */
export const returnRowSchema = z.object({
  row: z.int(),
  collaborator: z.string(),
  dossier: z.string(),
  status: z.enum(['changed', 'unchanged', 'refused']),
  code: z.string().optional(),
  message: z.string().optional(),
});
export type ReturnRow = z.infer<typeof returnRowSchema>;

const outcome = {
  results: z.array(returnRowSchema),
  counts: z.object({
    changed: z.int(),
    unchanged: z.int(),
    refused: z.int(),
    /** Rows that were to be kept, and rows without a decision: nothing happens to them. */
    kept: z.int(),
    undecided: z.int(),
  }),
};

/** A preview says of each row what would become of it, too. */
export const returnAnswerSchema = z.union([
  previewSchema.extend(outcome).meta({ id: 'AccessReviewPreview' }),
  z.object({ ...outcome, revision: z.string(), warnings: z.array(warningSchema) }),
]);
