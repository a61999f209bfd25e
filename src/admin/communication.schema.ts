import { z } from 'zod';
import { previewSchema } from './answer.schema.js';
import { isOneLine, tidy, warningSchema, writeBody } from './fields.schema.js';
import { selectionSchema } from './monitor.schema.js';

/** Rule 25: one message to each dossier of a selection. */
export const communicationPostSchema = writeBody({
  select: selectionSchema,
  /** One line: it becomes a header of a mail. */
  subject: z
    .string()
    .max(1000)
    .transform(tidy)
    .refine((text) => text !== '' && text.length <= 200 && isOneLine(text)),
  body: z.string().min(1).max(100_000),
});
export type CommunicationPost = z.infer<typeof communicationPostSchema>;

const rowSchema = z.object({
  dossier: z.string(),
  status: z.enum(['queued', 'refused']),
  to: z.string().optional(),
  from: z.string().optional(),
  replyTo: z.string().optional(),
  source: z.string().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
});
export type CommunicationRow = z.infer<typeof rowSchema>;

const outcome = {
  results: z.array(rowSchema),
  counts: z.object({ queued: z.int(), refused: z.int() }),
};

/** A preview says of each row where its message would go, too. */
export const communicationAnswerSchema = z.union([
  previewSchema.extend(outcome).meta({ id: 'CommunicationPreview' }),
  z.object({
    id: z.string(),
    ...outcome,
    revision: z.string(),
    warnings: z.array(warningSchema),
  }),
]);
