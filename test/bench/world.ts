import { Readable } from 'node:stream';
import { below, seededRandom } from '#test/support/random.js';
import { headers, type BenchRequest } from './load.js';
import { peakMiB, type Served } from './processes.js';

/** The large world: 1,000 offices with 1 M dossiers and 100,000 collaborators, one of them with 100,000 dossiers. */
export const large = { offices: 1_000, dossiers: 1_000_000, collaborators: 100_000, largestDossiers: 100_000 };
/** The small one. */
export const small = { dossiers: 2_000, collaborators: 60 };

/** An office of a generated world. Its people are `c1…`, `c1` its admin; its dossiers `d1…`. */
export interface BenchOffice {
  id: string;
  dossiers: number;
  collaborators: number;
}

/** The offices of a world of which the first is the largest. `share` makes a smaller one of the same shape. */
export function largeOffices(share = 1): BenchOffice[] {
  const offices = Math.max(2, Math.round(large.offices * share));
  const first = Math.round(large.largestDossiers * share);
  const dossiers = Math.floor((large.dossiers * share - first) / (offices - 1));
  const collaborators = Math.floor((large.collaborators * share) / offices);
  return Array.from({ length: offices }, (_, n) => ({
    id: `o${n + 1}`,
    dossiers: n === 0 ? first : dossiers,
    collaborators,
  }));
}

/**
 * The lines of an office: three client groups for each collaborator, each person in five groups, each dossier in a group
 * and with a manager; some private, some inactive, some guests whose time ends, some excluded.
 */
export function* linesOf(office: BenchOffice, seed: number): Generator<string> {
  const random = seededRandom(seed);
  const groups = Math.max(1, office.collaborators * 3);
  const line = (value: unknown) => `${JSON.stringify(value)}\n`;
  const tuple = (object: string, relation: string, subject: string, more: object = {}) =>
    line({ kind: 'relationship', object, relation, subject, ...more });
  for (let n = 1; n <= office.collaborators; n++) {
    const profile = n === 1 ? 'admin' : n % 10 === 0 ? 'support' : 'collaborator';
    const email = `c${n}@${office.id}.example`;
    yield line({
      kind: 'collaborator',
      id: `c${n}`,
      email,
      firstName: 'A',
      lastName: `B${n}`,
      profile,
      language: 'fr',
    });
  }
  for (let n = 1; n <= groups; n++) yield line({ kind: 'client_group', id: `g${n}`, name: `Groupe ${n}` });
  for (let n = 2; n <= office.collaborators; n++) {
    for (const group of new Set(Array.from({ length: 5 }, () => below(random, groups) + 1))) {
      yield tuple(`client_group:g${group}`, 'collaborator', `collaborator:c${n}`);
    }
  }
  const someone = () => `collaborator:c${below(random, office.collaborators) + 1}`;
  for (let n = 1; n <= office.dossiers; n++) {
    const status = n % 50 === 0 ? 'inactive' : 'active';
    const isPrivate = n % 100 === 1;
    yield line({
      kind: 'dossier',
      id: `d${n}`,
      name: `Boulangerie ${n} SA`,
      code: `B${n}`,
      status,
      private: isPrivate,
    });
    yield tuple(`dossier:d${n}`, 'client_group', `client_group:g${below(random, groups) + 1}`);
    yield tuple(`dossier:d${n}`, 'manager', someone(), { primary: true });
    if (n % 40 === 2) yield tuple(`dossier:d${n}`, 'guest', someone(), { expiresAt: '2099-01-31T23:00:00Z' });
    if (n % 200 === 3) yield tuple(`dossier:d${n}`, 'excluded', someone());
  }
}

/** May collaborator `c…` of the office open its dossier `d…`? */
export function check(office: string, collaborator: number, dossier: number): BenchRequest {
  const body = JSON.stringify({ collaborator: `c${collaborator}`, dossier: `d${dossier}` });
  return { path: `/v1/offices/${office}/can-access`, body };
}

/** Makes an office. @throws Error with the answer where it is not made */
export async function makeOffice(server: Served, id: string): Promise<void> {
  const body = JSON.stringify({ name: id, email: `info@${id}.example` });
  const made = await fetch(`${server.url}/v1/offices/${id}`, { method: 'PUT', headers, body });
  if (!made.ok) throw new Error(await made.text());
}

/** Imports lines into an office. @returns how many; @throws Error where a line is refused */
export async function importLines(server: Served, office: string, lines: Iterable<string>): Promise<number> {
  const answer = await fetch(`${server.url}/v1/offices/${office}/import`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-ndjson' },
    body: Readable.from(gathered(lines)) as never,
    duplex: 'half',
  });
  const last = (await answer.text()).trim().split('\n').at(-1) ?? '';
  const { done, counts, refused } = JSON.parse(last) as { done?: boolean; counts: object; refused: unknown[] };
  if (!done || refused.length > 0) throw new Error(last.slice(0, 500));
  return Object.values(counts).reduce((sum: number, count) => sum + Number(count), 0);
}

/** Makes an office and imports what it has. */
export async function loadOffice(server: Served, office: BenchOffice, seed: number): Promise<number> {
  await makeOffice(server, office.id);
  return importLines(server, office.id, linesOf(office, seed));
}

/** Imports a whole world, two offices at a time: one import waits for PostgreSQL while the other prepares. */
export async function loadWorld(server: Served, offices: readonly BenchOffice[]) {
  const start = performance.now();
  let lines = 0;
  const left = offices.entries();
  const importRest = async () => {
    for (const [index, office] of left) {
      // Not `lines += await`: that takes what `lines` was before.
      const loaded = await loadOffice(server, office, index + 1);
      lines += loaded;
    }
  };
  await Promise.all([importRest(), importRest()]);
  return { lines, seconds: (performance.now() - start) / 1_000, peakMiB: peakMiB(server.pid) };
}

/** Several lines in one chunk: the generator must not be what is measured. */
function* gathered(lines: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of lines) {
    chunk += line;
    if (chunk.length < 64 * 1_024) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}
