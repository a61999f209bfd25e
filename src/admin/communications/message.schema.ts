import { z } from 'zod';
import { writeAnswer } from '#src/admin/answer.schema.js';
import { idListSchema, isOneLine, pageOf, pageShape, writeBody } from '#src/admin/fields.schema.js';
import { several } from '#src/admin/monitor.schema.js';

/** Where a message of the outbox stands; see `docs/decisions`, number 9, for what each promises. */
export const messageStatuses = ['queued', 'sending', 'sent', 'failed', 'uncertain', 'cancelled'] as const;
export type MessageStatus = (typeof messageStatuses)[number];

/** How many messages are where, of those to dossiers that the viewer may open. */
const countsSchema = z.object(
  Object.fromEntries(messageStatuses.map((status) => [status, z.int()])) as Record<MessageStatus, z.ZodInt>,
);
export type MessageCounts = z.infer<typeof countsSchema>;

const communicationShape = {
  id: z.string(),
  /** As it was written, with its fields. */
  subject: z.string(),
  createdAt: z.string(),
  /** `collaborator:c1`, or `system`. */
  createdBy: z.string(),
  createdByName: z.string().nullable(),
  messages: z.int(),
  counts: countsSchema,
};

/** `delivers`: whether the service has a mail server; without one messages are only shown. */
export const communicationListSchema = pageOf(z.object(communicationShape)).extend({ delivers: z.boolean() });
export const communicationListQuerySchema = z.strictObject({
  ...pageShape,
  q: z.string().max(200).refine(isOneLine).optional(),
});
export type CommunicationListQuery = z.infer<typeof communicationListQuerySchema>;

export const communicationSchema = z
  .object({ ...communicationShape, body: z.string(), delivers: z.boolean(), revision: z.string() })
  .meta({ id: 'Communication' });

const messageShape = {
  dossier: z.string(),
  name: z.string(),
  status: z.enum(messageStatuses),
  to: z.string(),
  from: z.string(),
  replyTo: z.string(),
  subject: z.string(),
  attempts: z.int(),
  /** When it is tried next, while it waits. */
  nextAttemptAt: z.string().nullable(),
  /** When it came to the status that it has, where that is its last. */
  settledAt: z.string().nullable(),
  /** Who said how it ended, where that was a person. */
  settledBy: z.string().nullable(),
  /** To look for in the log of the mail server. */
  messageId: z.string(),
  error: z.object({ code: z.string(), message: z.string(), detail: z.string().nullable() }).nullable(),
};
export const messageListSchema = pageOf(z.object(messageShape));
export const messageSchema = z.object({ ...messageShape, body: z.string() });
export const messageQuerySchema = z.strictObject({ ...pageShape, status: several(z.enum(messageStatuses)) });
export type MessageQuery = z.infer<typeof messageQuerySchema>;

/** Of these dossiers; all that can be where none is named. */
const dossiers = idListSchema.min(1).optional();

/** `uncertain`: also what may have been sent; a person takes it upon themselves that it may come twice. */
export const retrySchema = writeBody({ dossiers, uncertain: z.boolean().default(false) }).default({ uncertain: false });
export type Retry = z.infer<typeof retrySchema>;

export const cancelSchema = writeBody({ dossiers }).default({});
export type Cancel = z.infer<typeof cancelSchema>;

/** What a person has found out about messages that may have been sent. */
export const settleSchema = writeBody({ dossiers, as: z.enum(['sent', 'failed']) });
export type Settle = z.infer<typeof settleSchema>;

export const actionAnswerSchema = writeAnswer(
  z.object({
    id: z.string(),
    /** Messages that were changed. */
    changed: z.int(),
    /** Those that could have been and were not, each with why. */
    refused: z.array(z.object({ dossier: z.string(), code: z.string(), message: z.string() })),
    /** How many are where now. */
    counts: countsSchema,
  }),
);
