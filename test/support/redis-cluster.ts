import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#src/platform/embedded-postgres-server.js';
import { startPrivateRedis, type PrivateRedis } from './redis.js';

/** A node of a cluster of a test's own. */
export interface ClusterNode extends PrivateRedis {
  /** The cluster's own name for it. */
  id: string;
  /** Where the nodes speak with each other. */
  busPort: number;
}

const slots = 16_384;

/**
 * Starts a real cluster on loopback, a node on each of the ports: the slots spread evenly, no replicas, and where a node
 * is missing the others go on. `settings` are further lines of the configuration of each.
 */
export async function startRedisCluster(
  ports: readonly number[],
  settings: Readonly<Record<string, string>> = {},
): Promise<ClusterNode[]> {
  const nodes = await Promise.all(ports.map((port) => startNode(port, settings)));
  const [first] = nodes;
  for (const [index, node] of nodes.entries()) {
    const [from, below] = [index, index + 1].map((share) => Math.round((share * slots) / nodes.length));
    await node.client.call('CLUSTER', 'ADDSLOTSRANGE', String(from), String((below ?? slots) - 1));
    await node.client.call('CLUSTER', 'SET-CONFIG-EPOCH', String(index + 1));
    if (node !== first) await node.client.call('CLUSTER', 'MEET', '127.0.0.1', `${first?.port}`, `${first?.busPort}`);
  }
  await Promise.all(nodes.map((node) => agreed(node, nodes.length)));
  return nodes;
}

/** Until the node sees the whole cluster. */
export async function agreed(node: ClusterNode, nodes: number): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    const info = await node.client.cluster('INFO');
    const expected = ['cluster_state:ok', `cluster_slots_ok:${slots}`, `cluster_known_nodes:${nodes}`];
    if (expected.every((line) => info.includes(`${line}\r\n`))) return;
    await sleep(50);
  }
  throw new Error('the nodes of the cluster do not find each other');
}

async function startNode(port: number, settings: Readonly<Record<string, string>>): Promise<ClusterNode> {
  const busPort = await freePort();
  const cluster = {
    'cluster-enabled': 'yes',
    // Where it is not named it is 10,000 above the other port, which there may be no room for.
    'cluster-port': String(busPort),
    'cluster-announce-ip': '127.0.0.1',
    'cluster-node-timeout': '1000',
    'cluster-require-full-coverage': 'no',
  };
  const node = await startPrivateRedis({ ...cluster, ...settings }, port);
  return { ...node, busPort, id: (await node.client.call('CLUSTER', 'MYID')) as string };
}
