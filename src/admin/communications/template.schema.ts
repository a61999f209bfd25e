import { z } from 'zod';
import { writeAnswer } from '#src/admin/answer.schema.js';
import { nameSchema, pageOf, pageShape, writeBody } from '#src/admin/fields.schema.js';
import { messageBodySchema, subjectSchema } from './communication.schema.js';

export const templatePutSchema = writeBody({ name: nameSchema, subject: subjectSchema, body: messageBodySchema });
export type TemplatePut = z.infer<typeof templatePutSchema>;

export const templateSchema = z
  .object({ id: z.string(), name: z.string(), subject: z.string(), body: z.string() })
  .meta({ id: 'CommunicationTemplate' });

/** `fields`: what templates may name, in double braces. */
export const templateListSchema = pageOf(templateSchema).extend({ fields: z.array(z.string()) });
export const templateQuerySchema = z.strictObject({ ...pageShape, q: z.string().max(200).optional() });
export type TemplateQuery = z.infer<typeof templateQuerySchema>;
export const templateAnswerSchema = writeAnswer(templateSchema);
