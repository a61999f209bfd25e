import { z } from 'zod';
import { previewSchema } from '#src/admin/answer.schema.js';
import { isOneLine, tidy, warningSchema, writeBody } from '#src/admin/fields.schema.js';
import { selectionSchema } from '#src/admin/monitor.schema.js';

/** One line: it becomes a header of a mail. It may hold fields of the dossier, in double braces, as the body may. */
export const subjectSchema = z
  .string()
  .max(1000)
  .transform(tidy)
  .refine((text) => text !== '' && text.length <= 200 && isOneLine(text));
export const messageBodySchema = z.string().min(1).max(100_000);

/** Rule 25: one message to each dossier of a selection. */
export const communicationPostSchema = writeBody({
  select: selectionSchema,
  subject: subjectSchema,
  body: messageBodySchema,
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
  /** Why rows were refused, and how many for each reason. */
  exclusions: z.array(z.object({ code: z.string(), count: z.int() })),
};

const sampleSchema = z.object({
  dossier: z.string(),
  name: z.string(),
  to: z.string(),
  from: z.string(),
  replyTo: z.string(),
  subject: z.string(),
  body: z.string(),
});

/** A preview says of each row where its message would go, and shows some of them filled in. */
export const communicationAnswerSchema = z.union([
  previewSchema.extend({ ...outcome, samples: z.array(sampleSchema) }).meta({ id: 'CommunicationPreview' }),
  z.object({ id: z.string(), ...outcome, revision: z.string(), warnings: z.array(warningSchema) }),
]);
