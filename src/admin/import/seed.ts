import { createReadStream, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { z } from 'zod';
import { officePutSchema } from '#src/admin/office.schema.js';
import type { OfficesService } from '#src/admin/offices.service.js';
import type { ReadRequest, WriteRequest } from '#src/admin/read-request.js';
import { idSchema } from '#src/admin/fields.schema.js';
import type { Importer, ImportEvent, ImportSource } from './importer.js';

/** `offices.json` of a folder: offices as the API takes them, each with its files in the order in which they are loaded. */
const seedSchema = z.array(
  officePutSchema.omit({ reason: true }).extend({
    id: idSchema,
    files: z.array(z.string().regex(/^[A-Za-z0-9._-]+\.(ndjson|csv)$/)),
  }),
);

/**
 * Makes the offices of a folder, and brings those that exist to what their files say, through the ordinary write path;
 * what is as it should be is not written again.
 *
 * @param requestFor a write of the platform's own key to an office
 * @throws Error where the folder is not of this form, a file is missing or a line is refused
 */
export async function seedOffices(
  folder: string,
  offices: OfficesService,
  importer: Importer,
  requestFor: (office: string) => WriteRequest & ReadRequest,
): Promise<void> {
  for (const { id, files, ...body } of readSeeds(join(folder, 'offices.json'))) {
    await offices.put({ ...requestFor(id), ifMatch: '*' }, body);
    for (const file of files) {
      const source = { format: formatOf(file), body: createReadStream(join(folder, file)) };
      let last: ImportEvent | undefined;
      for await (const event of importer.run(requestFor(id), source)) last = event;
      if (!last || !('done' in last) || last.refused.length > 0) {
        throw new Error(`${join(folder, file)} was not loaded as a whole: ${JSON.stringify(last).slice(0, 500)}`);
      }
    }
  }
}

function readSeeds(file: string): z.infer<typeof seedSchema> {
  const parsed = seedSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function formatOf(file: string): ImportSource['format'] {
  return extname(file) === '.csv' ? 'csv' : 'ndjson';
}
