import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cpuMicroseconds, type Served } from './processes.js';

/** One request of a load; a load that has several sends them in turn. */
export interface BenchRequest {
  method?: 'GET' | 'POST';
  path: string;
  body?: string;
}

/** What came of a load. */
export interface Load {
  perSecond: number;
  /** CPU time that the server took for each request. */
  cpuMicroseconds: number;
  latencyMs: Record<'p50' | 'p95' | 'p99', number>;
}

const seconds = Number(process.env.BENCH_SECONDS ?? 5);
export const benchKey = 'cdk_benchmark_benchmark_benchmark_1234';
export const headers = { authorization: `Bearer ${benchKey}`, 'content-type': 'application/json' };

/**
 * Sends the requests over so many connections for `BENCH_SECONDS` (5). By wrk, which leaves nearly all of its core to
 * PostgreSQL: a generator in Node takes so much of it that it measures itself.
 *
 * @param options.warmSeconds a load before, which counts for nothing
 * @throws Error where an answer was not 200
 */
export async function load(
  server: Served,
  requests: readonly BenchRequest[],
  connections: number,
  options: { warmSeconds?: number; seconds?: number } = {},
): Promise<Load> {
  const folder = mkdtempSync(join(tmpdir(), 'cardea-bench-'));
  try {
    const script = join(folder, 'load.lua');
    writeFileSync(script, lua(requests));
    const { warmSeconds = 2 } = options;
    if (warmSeconds > 0) await wrk(server.url, script, connections, warmSeconds);
    const before = cpuMicroseconds(server.pid);
    const { requests: total, ...result } = await wrk(server.url, script, connections, options.seconds ?? seconds);
    return { ...result, cpuMicroseconds: (cpuMicroseconds(server.pid) - before) / total };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type WrkResult = Omit<Load, 'cpuMicroseconds'> & { requests: number };

async function wrk(url: string, script: string, connections: number, duration: number): Promise<WrkResult> {
  // On the core of this process, away from the service's.
  const args = ['-t1', `-c${connections}`, `-d${duration}`, '--timeout', '30', '-s', script, url];
  const { stdout } = await promisify(execFile)('wrk', args);
  const line = stdout.split('\n').find((text) => text.startsWith('{')) ?? '';
  const { bad, ...result } = JSON.parse(line) as WrkResult & { bad: number };
  if (bad > 0) throw new Error(`${bad} of ${result.requests} answers of ${url} were not good`);
  return result;
}

/** Requests are formatted once, before the load, and sent in turn. */
function lua(requests: readonly BenchRequest[]): string {
  const lines = requests.map(({ method = 'POST', path, body }) => {
    const text = body === undefined ? 'nil' : quote(body);
    return `  r[#r+1] = wrk.format(${quote(method)}, ${quote(path)}, h, ${text})`;
  });
  return `
local r, n = {}, 0
function init()
  local h = {}
  h["Authorization"] = ${quote(headers.authorization)}
  h["Content-Type"] = "application/json"
${chunked(lines)}
end
function request() n = n % #r + 1; return r[n] end
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('\\n{"requests":%d,"perSecond":%f,"bad":%d,"latencyMs":{"p50":%f,"p95":%f,"p99":%f}}\\n',
    summary.requests, summary.requests / summary.duration * 1e6, e.status + e.read + e.write + e.connect + e.timeout,
    latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
`;
}

/** A function of Lua holds a bounded number of constants. */
function chunked(lines: readonly string[]): string {
  const chunks: string[] = [];
  for (let at = 0; at < lines.length; at += 10_000)
    chunks.push(`  (function()\n${lines.slice(at, at + 10_000).join('\n')}\n  end)()`);
  return chunks.join(';\n');
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
