import { Cluster, Redis, type RedisOptions } from 'ioredis';
import type { Logger } from './logs.js';

/** Longest that a request waits for Redis: what it holds can be read from PostgreSQL in a few milliseconds. */
const commandTimeoutMs = 50;
const connectTimeoutMs = 1_000;
const longestRetryMs = 2_000;

/** A single Redis (or Valkey), or a cluster of them. */
export type RedisClient = Redis | Cluster;

/**
 * Connects to the Redis of `REDIS_URL` (`redis://` or `rediss://` for TLS, with the user and the password of an ACL),
 * and asks it whether it is one node of a cluster. A Redis that is away is no error: the client goes on trying.
 */
export async function connectRedis(url: string, logger: Logger): Promise<RedisClient> {
  const options: RedisOptions = {
    commandTimeout: commandTimeoutMs,
    connectTimeout: connectTimeoutMs,
    // A command is not kept for a connection that may come: the answer is read from PostgreSQL instead.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 100, longestRetryMs),
  };
  const single = new Redis(url, { ...options, lazyConnect: true });
  // Without a listener, ioredis prints every failed attempt.
  single.on('error', (error) => logger.debug({ err: error }, 'redis'));
  try {
    await single.connect();
    const info = (await single.call('CLUSTER', 'INFO').catch(() => '')) as string;
    if (!info.includes('cluster_state')) return single;
  } catch (error) {
    logger.warn({ err: error }, 'Redis is not reachable; going on without it until it is');
    return single;
  }
  const { hostname, port, username, password, protocol } = new URL(url);
  single.disconnect();
  const cluster = new Cluster([{ host: hostname, port: Number(port || 6379) }], {
    enableOfflineQueue: false,
    clusterRetryStrategy: (attempt) => Math.min(attempt * 100, longestRetryMs),
    slotsRefreshTimeout: connectTimeoutMs,
    redisOptions: {
      ...options,
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { tls: {} }),
    },
  });
  cluster.on('error', (error) => logger.debug({ err: error }, 'redis cluster'));
  return cluster;
}
