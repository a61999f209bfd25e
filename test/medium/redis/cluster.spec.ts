import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '#src/platform/embedded-postgres-server.js';
import { ColdProcesses, type ColdProcess, type ColdStart } from '#test/support/cold-process.js';
import { eventually } from '#test/support/eventually.js';
import { addMember, member } from '#test/support/membership.js';
import { OfficeClient } from '#test/support/office-client.js';
import { documentedAcl } from '#test/support/redis-acl.js';
import { agreed, startRedisCluster, type ClusterNode } from '#test/support/redis-cluster.js';
import { theService } from '#test/support/service.js';

const password = 'for-this-test-only';
let nodes: ClusterNode[] = [];
/** An office on each of the nodes. */
let offices: OfficeClient[] = [];
let processes: ColdProcesses;
/** It was there before Redis was, and before anyone could know that it would be a cluster. */
let early: ColdProcess;
let late: ColdProcesses;

const urlOf = (port: number | undefined) => `redis://cardea:${password}@127.0.0.1:${port}`;
const stateKey = (office: OfficeClient) => `cardea:1:{${office.id}}:state`;
const keysOf = ({ id }: OfficeClient) => ['state', 'c:anne', 'd:d'].map((name) => `cardea:1:{${id}}:${name}`);
const officeOn = (node: number) => offices[node] as OfficeClient;
const node = (index: number) => nodes[index] as ClusterNode;
const start = (index = 0, how?: ColdStart) => processes.start(urlOf(node(index).port), how);

/** The node that holds the slot of an office; the others say that it is not theirs. */
async function holderOf(office: OfficeClient): Promise<number> {
  const answers = await Promise.allSettled(nodes.map(({ client }) => client.exists(stateKey(office))));
  return answers.findIndex(({ status }) => status === 'fulfilled');
}

async function anOfficeOnEachNode(): Promise<OfficeClient[]> {
  const found: OfficeClient[] = [];
  while (nodes.some((_, index) => !found[index])) {
    const office = await OfficeClient.make(theService());
    found[await holderOf(office)] ??= office;
  }
  return found;
}

/** Until a process that has just started has the answer from Redis. */
async function served(office: OfficeClient, index = 0): Promise<void> {
  await eventually('an answer from the cluster', async () => {
    const fresh = await start(index);
    expect(await fresh.may(office.id, 'anne', 'd')).toBe(true);
    return fresh.events.hit === 2;
  });
}

beforeAll(async () => {
  processes = await ColdProcesses.over(theService().database.url);
  const ports = [await freePort(), await freePort(), await freePort()];
  late = await ColdProcesses.over(theService().database.url);
  early = await late.start(urlOf(ports[1]));
  expect(early.state).toBe('reconnecting');
  nodes = await startRedisCluster(ports, { user: documentedAcl(password).join(' ') });
  offices = await anOfficeOnEachNode();
  await Promise.all(offices.map(addMember));
}, 180_000);

afterEach(() => processes.stop());

afterAll(async () => {
  await processes.close();
  await late.close();
  for (const one of nodes) await one.remove();
});

describe('a cluster of Redis', () => {
  test('that comes later is found to be one, and used', async () => {
    await eventually('the cluster is found', () => early.state === 'connected');
    for (const { id } of offices) expect(await early.may(id, 'anne', 'd')).toBe(true);
    expect(early.events.error).toBe(0);
    for (const office of offices) await served(office);
  });

  test.each([0, 1, 2])('is found by its node %d alone, and serves a second instance all offices', async (index) => {
    const fresh = await start(index);
    expect(fresh.state).toBe('connected');
    for (const { id } of offices) expect(await fresh.may(id, 'anne', 'd')).toBe(true);
    expect(fresh.events).toEqual({ hit: 6, miss: 0, rejected: 0, error: 0, rest: 0 });
  });

  test('has all keys of one office in one slot, and the offices spread over the nodes', async () => {
    for (const [index, office] of offices.entries()) {
      const slots = await Promise.all(keysOf(office).map((key) => node(0).client.cluster('KEYSLOT', key)));
      expect(new Set(slots).size).toBe(1);
      const held = await node(index).client.keys('cardea:*');
      expect(held).toEqual(expect.arrayContaining(keysOf(office)));
      expect(held.filter((key) => !key.includes(`{${office.id}}`))).toEqual([]);
    }
  });

  test('shows a revoke to every instance', async () => {
    for (const office of offices) {
      await member(office, 'remove');
      expect(await (await start(1)).may(office.id, 'anne', 'd')).toBe(false);
      expect(await early.may(office.id, 'anne', 'd')).toBe(false);
      await member(office, 'add');
      expect(await (await start(2)).may(office.id, 'anne', 'd')).toBe(true);
    }
  });

  test('goes on while a slot is moved, and after it', async () => {
    const [office, from, to] = [officeOn(0), node(0), node(1)];
    const slot = String(await from.client.cluster('KEYSLOT', stateKey(office)));
    const running = await start();
    const isRight = async (allowed: boolean) => {
      expect(await running.may(office.id, 'anne', 'd')).toBe(allowed);
      expect(await (await start()).may(office.id, 'anne', 'd')).toBe(allowed);
    };
    await to.client.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', from.id);
    await from.client.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', to.id);
    const move = async (...keys: string[]) => from.client.migrate('127.0.0.1', to.port, '', 0, 5_000, 'KEYS', ...keys);
    // Some of the keys here and some there: what needs both is told to try again.
    await move(...keysOf(office).slice(1));
    await member(office, 'remove');
    await isRight(false);
    await member(office, 'add');
    await isRight(true);
    await move(...(await from.client.keys(`*{${office.id}}*`)));
    await member(office, 'remove');
    await isRight(false);
    await member(office, 'add');
    await served(office);
    expect(await to.client.info('commandstats')).toContain('cmdstat_asking');
    for (const { client } of nodes) await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', to.id);
    await member(office, 'remove');
    await isRight(false);
    await member(office, 'add');
    await isRight(true);
    await served(office);
    expect(await holderOf(office)).toBe(1);
  });

  test('was asked for nothing that the documented ACL does not allow', async () => {
    for (const { client } of nodes) expect(await client.acl('LOG')).toEqual([]);
  });

  test('one of whose nodes is killed has every answer right in time, and serves the offices of the others', async () => {
    const [dead, living] = [officeOn(2), officeOn(1)];
    const running = await start(0, { deadlineMs: undefined });
    await node(2).kill();
    await member(dead, 'remove');
    const startedAtMs = performance.now();
    expect(await running.may(dead.id, 'anne', 'd')).toBe(false);
    expect(await (await start()).may(dead.id, 'anne', 'd')).toBe(false);
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
    expect(running.state).toBe('circuit_open');
    // Its own failures rest; the other nodes are asked as before.
    await served(living);
    await eventually('an answer from another node', async () => {
      await member(living, 'remove');
      expect(await running.may(living.id, 'anne', 'd')).toBe(false);
      await member(living, 'add');
      expect(await running.may(living.id, 'anne', 'd')).toBe(true);
      return running.events.hit > 0;
    });
    expect(running.state).toBe('circuit_open');
    await node(2).restart();
    await Promise.all(nodes.map((one) => agreed(one, 3)));
    await member(dead, 'add');
    await served(dead);
    await eventually('the node is asked again', async () => {
      await member(dead, 'remove');
      expect(await running.may(dead.id, 'anne', 'd')).toBe(false);
      await member(dead, 'add');
      expect(await running.may(dead.id, 'anne', 'd')).toBe(true);
      return running.state === 'connected';
    });
  });
});
