import { z } from 'zod';
import { warningSchema } from '#src/admin/fields.schema.js';

const count = z.int();

/** The lines that an import answers with. */
export const importEventSchema = z
  .union([
    z.strictObject({ progress: z.strictObject({ lines: count, applied: count, refused: count }) }),
    z.strictObject({
      done: z.literal(true),
      /** How many of what kind were applied. */
      counts: z.record(z.string(), count),
      /** Every line that was not applied, in the order of lines. */
      refused: z.array(z.strictObject({ line: count, code: z.string(), reason: z.string() })),
      warnings: z.array(warningSchema),
      revision: z.string(),
    }),
    z.strictObject({
      error: z.looseObject({ code: z.string(), status: count, title: z.string(), detail: z.string() }),
    }),
  ])
  .meta({ id: 'ImportEvent' });
