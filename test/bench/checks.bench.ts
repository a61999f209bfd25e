import { compile } from '#src/ability/compile.js';
import { verdictOf } from '#src/ability/decide.js';
import { loadBundle } from '#src/policy/load.js';
import { load, type Load } from './load.js';
import { startBareRoute, type Served } from './processes.js';
import { counters } from './counters.js';
import { whole, type Row } from './table.js';
import { check, importLines, loadOffice, makeOffice, small } from './world.js';

const office = { id: 'small', ...small };

/** Warm checks beside a bare Nest + Fastify route, single and in batches, and the decision alone. */
export async function* checks(service: Served): AsyncGenerator<Row> {
  await loadOffice(service, office, 1);
  const bare = await startBareRoute();
  try {
    yield* singles(service, bare);
    yield* batches(service, bare);
  } finally {
    await bare.stop();
  }
  yield decision();
  yield* manyGroups(service);
}

async function* singles(service: Served, bare: Served): AsyncGenerator<Row> {
  const ours = [check(office.id, 5, 7)];
  const theirs = [{ path: '/single', body: ours[0]?.body ?? '' }];
  for (const connections of [16, 64]) {
    // Both are warm before either is measured: a compiler in the middle of its work would be what is compared.
    await load(service, ours, connections, { seconds: 10 });
    await load(bare, theirs, connections, { seconds: 10 });
    const base = await load(bare, theirs, connections);
    const before = await counters(service);
    const mine = await load(service, ours, connections);
    const after = await counters(service);
    yield {
      what: `can-access, ${connections} connections, against a bare route`,
      must: '≥ 0.8',
      aim: '≥ 0.95',
      ...ratio(base, mine),
    };
    yield {
      what: `PostgreSQL statements per check, ${connections} connections`,
      must: connections === 64 ? '≤ 1/8' : '',
      aim: connections === 64 ? '≤ 1/32' : '',
      measured: `1/${((after.waits - before.waits) / (after.statements - before.statements)).toFixed(1)}`,
    };
  }
}

async function* batches(service: Served, bare: Served): AsyncGenerator<Row> {
  for (const size of [50, 1_000]) {
    const checks = Array.from({ length: size }, (_, n) => ({
      collaborator: `c${2 + (n % 7)}`,
      dossier: `d${(n % 997) + 1}`,
    }));
    const body = JSON.stringify({ checks });
    const base = await load(bare, [{ path: '/batch', body }], 16);
    const mine = await load(service, [{ path: '/v1/offices/small/can-access/batch', body }], 16, { warmSeconds: 4 });
    const perSecond = `${whole(mine.perSecond * size)} checks/s`;
    if (size === 50) {
      const { measured, beside } = ratio(base, mine);
      yield {
        what: 'batch of 50, against a bare route',
        must: '≥ 0.35',
        aim: '≥ 0.6',
        measured,
        beside: `${beside}; ${perSecond}`,
      };
    } else {
      yield {
        what: `batch of ${whole(size)}`,
        must: '≥ 400,000',
        aim: '≥ 1,000,000',
        measured: perSecond,
        beside: ratio(base, mine).beside,
      };
    }
  }
}

function ratio(base: Load, mine: Load) {
  const cpu = `${mine.cpuMicroseconds.toFixed(0)} µs of CPU beside ${base.cpuMicroseconds.toFixed(0)}`;
  const beside = `${whole(mine.perSecond)}/s beside ${whole(base.perSecond)}/s; ${cpu}; p99 ${mine.latencyMs.p99.toFixed(1)} ms`;
  return { measured: (mine.perSecond / base.perSecond).toFixed(2), beside };
}

/** Someone in 1,000 client groups and someone in one, about dossiers of theirs. */
async function* manyGroups(service: Served): AsyncGenerator<Row> {
  await makeOffice(service, 'groups');
  await importLines(service, 'groups', groupLines(1_000));
  const one = await load(service, [check('groups', 1, 1)], 64);
  const thousand = await load(
    service,
    Array.from({ length: 1_000 }, (_, n) => check('groups', 2, n + 1)),
    64,
  );
  const again = await load(service, [check('groups', 1, 1)], 64);
  const base = (one.cpuMicroseconds + again.cpuMicroseconds) / 2;
  yield {
    what: '1,000 groups against 1, CPU of a warm check',
    must: '≤ 1.2',
    aim: '1.0',
    measured: (thousand.cpuMicroseconds / base).toFixed(2),
    beside: `${thousand.cpuMicroseconds.toFixed(1)} µs beside ${base.toFixed(1)} µs`,
  };
}

function* groupLines(groups: number): Generator<string> {
  const line = (value: unknown) => `${JSON.stringify(value)}\n`;
  const tuple = (object: string, relation: string, subject: string) =>
    line({ kind: 'relationship', object, relation, subject });
  for (const n of [1, 2]) {
    yield line({
      kind: 'collaborator',
      id: `c${n}`,
      email: `c${n}@g.example`,
      firstName: 'A',
      lastName: 'B',
      profile: 'collaborator',
    });
  }
  for (let n = 1; n <= groups; n++) {
    yield line({ kind: 'client_group', id: `g${n}`, name: `Groupe ${n}` });
    yield line({ kind: 'dossier', id: `d${n}`, name: `Dossier ${n}`, status: 'active' });
    yield tuple(`dossier:d${n}`, 'client_group', `client_group:g${n}`);
    yield tuple(`client_group:g${n}`, 'collaborator', 'collaborator:c2');
    if (n === 1) yield tuple(`client_group:g${n}`, 'collaborator', 'collaborator:c1');
  }
}

/** The decision alone: ability compiled, facts at hand. */
function decision(): Row {
  const policy = loadBundle('policies').policies.get('dossier');
  if (!policy) throw new Error('no dossier policy');
  const none = { collaboratorGroups: [], excludedClientGroups: [], validUntil: null };
  const subject = { id: 'c1', profile: 'collaborator', status: 'active', clientGroups: ['g1'], ...none } as const;
  const settings = { onlyAdminsActivate: true, uniqueGroupNames: false, defaultClientGroup: null };
  const ability = compile(policy, { subject, settings });
  const facts = { id: 'd1', status: 'active', private: false, clientGroup: 'g1' };
  const dossier = { ...facts, managers: ['c2'], guests: [], excluded: [] };
  const rounds = 3_000_000;
  for (let n = 0; n < rounds / 3; n++) verdictOf(ability, 'open', dossier);
  const start = performance.now();
  let allowed = 0;
  for (let n = 0; n < rounds; n++) if (verdictOf(ability, 'open', dossier).allowed) allowed++;
  const perSecond = rounds / ((performance.now() - start) / 1_000);
  if (allowed !== rounds) throw new Error('the decision is wrong');
  return {
    what: 'the pure decision',
    must: '≥ 2 M/s',
    aim: '≥ 5 M/s',
    measured: `${(perSecond / 1e6).toFixed(1)} M/s`,
  };
}
