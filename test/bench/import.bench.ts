/** `npm run bench:import [-- N]`: an import of N dossiers, each with a group and a manager, over HTTP. */
import { Readable } from 'node:stream';
import { benchKey, machine, peakMiB, startDatabase, startService } from './processes.js';

const dossiers = Number(process.argv[2] ?? 100_000);
const people = 100;
const groups = 200;

function* lines(): Generator<string> {
  const line = (value: unknown) => `${JSON.stringify(value)}\n`;
  for (let n = 1; n <= people; n++) {
    const profile = n === 1 ? 'admin' : 'collaborator';
    yield line({
      kind: 'collaborator',
      id: `c${n}`,
      email: `c${n}@bench.example`,
      firstName: 'A',
      lastName: `B${n}`,
      profile,
      language: 'fr',
      status: 'active',
    });
  }
  for (let n = 1; n <= groups; n++) yield line({ kind: 'client_group', id: `g${n}`, name: `Groupe ${n}` });
  for (let n = 1; n <= dossiers; n++) {
    yield line({
      kind: 'dossier',
      id: `d${n}`,
      name: `Boulangerie ${n} SA`,
      code: `B${n}`,
      status: 'active',
      private: false,
      labels: ['tva'],
    });
    yield line({
      kind: 'relationship',
      object: `dossier:d${n}`,
      relation: 'client_group',
      subject: `client_group:g${(n % groups) + 1}`,
    });
    yield line({
      kind: 'relationship',
      object: `dossier:d${n}`,
      relation: 'manager',
      subject: `collaborator:c${(n % people) + 1}`,
      primary: true,
    });
  }
}

const database = await startDatabase();
const service = await startService(database.url);
try {
  const headers = { authorization: `Bearer ${benchKey}` };
  const office = `${service.url}/v1/offices/bench`;
  await fetch(office, {
    method: 'PUT',
    headers: { ...headers, 'content-type': 'application/json' },
    body: '{"name":"Bench","email":"info@bench.example"}',
  });
  const start = process.hrtime.bigint();
  const answer = await fetch(`${office}/import`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/x-ndjson' },
    body: Readable.from(lines()) as never,
    duplex: 'half',
  });
  const summary = (await answer.text()).trim().split('\n').at(-1) ?? '';
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  const { done, counts, refused } = JSON.parse(summary) as {
    done?: boolean;
    counts: Record<string, number>;
    refused: unknown[];
  };
  if (!done || refused.length > 0) throw new Error(summary.slice(0, 500));
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  console.log(`${machine()}\n`);
  console.log('| dossiers | lines | seconds | lines/s | peak memory of the service |');
  console.log('| --- | --- | --- | --- | --- |');
  console.log(
    `| ${dossiers} | ${total} | ${seconds.toFixed(1)} | ${Math.round(total / seconds)} | ${peakMiB(service.pid)} MiB |`,
  );
} finally {
  await service.stop();
  await database.remove();
}
