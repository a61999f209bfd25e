import { z } from 'zod';
import { builtInTypes } from '#src/relations/vocabulary.js';
import { writeAnswer } from './answer.schema.js';
import { writeBody } from './fields.schema.js';

/** Facts to decide by, no documents: whatever asks about the entity reads them. */
const maxPropertiesBytes = 65_536;

/** PostgreSQL has the same form as a constraint. */
export const entityTypeSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/)
  .refine((type) => !(builtInTypes as readonly string[]).includes(type), 'a type that Cardea keeps itself');

export const propertiesSchema = z
  .record(z.string(), z.unknown())
  .refine(
    (properties) => Buffer.byteLength(JSON.stringify(properties)) <= maxPropertiesBytes,
    `at most ${maxPropertiesBytes} bytes of JSON`,
  );

export const entityPutSchema = writeBody({ properties: propertiesSchema.default({}) });
export type EntityPut = z.infer<typeof entityPutSchema>;

export const entitySchema = z
  .object({ type: z.string(), id: z.string(), properties: z.record(z.string(), z.unknown()) })
  .meta({ id: 'Entity' });
export const entityAnswerSchema = writeAnswer(entitySchema);
