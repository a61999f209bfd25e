import { createReadStream } from 'node:fs';
import type { ReadRequest, WriteRequest } from '#src/admin/read-request.js';
import type { OfficesService } from '#src/admin/offices.service.js';
import type { Importer, ImportEvent, ImportSource } from './importer.js';

interface DemoOffice {
  id: string;
  name: string;
  email: string;
  files: readonly { path: string; format: ImportSource['format'] }[];
}

/** The offices of `examples/demo`, each with its files in the order in which they are loaded. */
const demoOffices: readonly DemoOffice[] = [
  {
    id: 'horta',
    name: 'Fiduciaire Horta',
    email: 'info@horta.example',
    files: [{ path: 'examples/demo/horta.ndjson', format: 'ndjson' }],
  },
  {
    id: 'schelde',
    name: 'Kantoor Schelde',
    email: 'info@schelde.example',
    files: [{ path: 'examples/demo/schelde.ndjson', format: 'ndjson' }],
  },
  {
    id: 'eupen',
    name: 'Kanzlei Hohes Venn',
    email: 'info@eupen.example',
    files: [
      { path: 'examples/demo/eupen.ndjson', format: 'ndjson' },
      { path: 'examples/demo/eupen.csv', format: 'csv' },
    ],
  },
];

/** Where the first steps of a new user lead. */
export const demoOffice = 'horta';

/**
 * Loads the demo offices through the ordinary write path: each office is made, and its files are imported.
 *
 * @param requestFor a write of the platform's own key to an office
 * @throws Error where a file is missing or a line is refused: the files are ours
 */
export async function loadDemo(
  offices: OfficesService,
  importer: Importer,
  requestFor: (office: string) => WriteRequest & ReadRequest,
): Promise<void> {
  for (const { id, name, email, files } of demoOffices) {
    const settings = { onlyAdminsActivate: true, uniqueGroupNames: false, defaultClientGroup: null };
    await offices.put(requestFor(id), { name, email, language: 'fr', settings, policySet: null });
    for (const { path, format } of files) {
      let last: ImportEvent | undefined;
      for await (const event of importer.run(requestFor(id), { format, body: createReadStream(path) })) last = event;
      if (!last || !('done' in last) || last.refused.length > 0) {
        throw new Error(`${path} was not loaded as a whole: ${JSON.stringify(last).slice(0, 500)}`);
      }
    }
  }
}
