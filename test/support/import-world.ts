import { anId } from '#test/factories/unique.js';
import { officePath, type Api, type ApiResponse } from './api.js';
import { toNdjson } from './world.js';
import type { World } from './world.types.js';

/** Shuffles the lines of each import in another way. */
let worldsImported = 0;

/**
 * Makes the offices under ids of their own and sends their lines: a world that is asked again, to shrink it, must not
 * meet its last self. The map leads from a world's id to the real one.
 *
 * @throws Error with the lines that were refused
 */
export async function importWorld(api: Pick<Api, 'put' | 'post'>, world: World): Promise<ReadonlyMap<string, string>> {
  worldsImported++;
  const ids = new Map(world.offices.map(({ id }) => [id, anId(id)]));
  for (const office of world.offices) {
    const { name, email, language, settings } = office;
    const id = ids.get(office.id) as string;
    const made = await api.put(officePath(id), { name, email, language, settings });
    if (made.status !== 200 && made.status !== 201) throw new Error(`PUT of the office: ${show(made)}`);
    const lines = toNdjson(office, { seed: worldsImported });
    const sent = await api.post(officePath(id, 'import'), lines, { 'content-type': 'application/x-ndjson' });
    const refused = refusedLines(sent);
    if (refused === undefined) throw new Error(`The import did not end well: ${show(sent)}`);
    if (refused.length > 0) throw new Error(`Refused lines: ${JSON.stringify(refused, null, 1)}\nof\n${lines}`);
  }
  return ids;
}

/** The refused lines that the last line of the streamed answer counts up; `undefined` where there is no such line. */
function refusedLines(response: ApiResponse): unknown[] | undefined {
  if (response.status !== 200) return undefined;
  const { body } = response;
  const last: unknown = typeof body === 'string' ? JSON.parse(body.trimEnd().split('\n').at(-1) || 'null') : body;
  if (typeof last !== 'object' || last === null || !('refused' in last)) return undefined;
  return Array.isArray(last.refused) ? last.refused : undefined;
}

function show({ status, body }: ApiResponse): string {
  return `${status} ${typeof body === 'string' ? body : JSON.stringify(body)}`.slice(0, 4_000);
}
