import { Cluster, Command, Redis, ReplyError, type RedisOptions } from 'ioredis';

/** A server that has not taken the connection, or not answered, by then is given up, and looked for anew. */
const connectTimeoutMs = 1_000;
/** A key that moves between nodes is followed this often; after that it can be read from PostgreSQL. */
const maxRedirections = 4;

/** A single Redis (or Valkey), or a cluster of them. */
export type RedisClient = Redis | Cluster;

/** Commands of our own by name, in Lua. */
export type RedisScripts = Readonly<Record<string, { lua: string }>>;

export interface OpenRedis {
  client: RedisClient;
  /** Resolves when the connection is lost, to all nodes where it is a cluster. */
  ended: Promise<void>;
}

/**
 * Connects once, and asks whether what answers is one node of a cluster: then to all of it. Neither client connects
 * again by itself: the address may by then be that of another kind of server.
 *
 * @param url `redis://` or `rediss://` for TLS, with the user and the password of an ACL
 * @throws what kept it from connecting
 */
export async function openRedis(url: string, scripts: RedisScripts): Promise<OpenRedis> {
  const { host, port, db, options } = partsOf(url);
  const single = new Redis({ ...options, host, port, db, scripts, lazyConnect: true, enableOfflineQueue: false });
  const opened = await connected(single);
  if (!(await isClusterNode(single))) return opened;
  single.disconnect();
  const cluster = new Cluster([{ host, port }], {
    redisOptions: options,
    scripts,
    lazyConnect: true,
    enableReadyCheck: false,
    maxRedirections,
    clusterRetryStrategy: () => null,
    slotsRefreshTimeout: connectTimeoutMs,
    // A certificate names hosts: they must not have become addresses by the time that it is looked at.
    dnsLookup: (name, found) => found(null, name),
  });
  // Connected to before it is needed: the first request has no time for it.
  cluster.on('+node', (node: Redis) => {
    if (!node.options.readOnly) node.connect().catch(() => undefined);
  });
  return connected(cluster);
}

/** The node that a key is asked of, by its address; all keys of a single Redis are asked of `''`. */
export function nodeOf(client: RedisClient, key: string): string {
  return client instanceof Cluster ? (client.slots[new Command('get', [key]).getSlot()]?.[0] ?? '') : '';
}

/** Why Redis failed, in words that may be logged: the errors themselves carry the password that was sent. */
export function reasonOf(error: unknown): string {
  const { lastNodeError, errors } = error as { lastNodeError?: unknown; errors?: readonly unknown[] };
  const { message, code } = (lastNodeError ?? errors?.[0] ?? error) as { message?: string; code?: string };
  return message || code || 'unknown';
}

function partsOf(url: string): { host: string; port: number; db: number; options: RedisOptions } {
  const { hostname, port, username, password, protocol, pathname } = new URL(url);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    db: Number(pathname.slice(1)),
    options: {
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { tls: {} }),
      connectionName: 'cardea',
      disableClientInfo: true,
      enableReadyCheck: false,
      connectTimeout: connectTimeoutMs,
      socketTimeout: connectTimeoutMs,
      retryStrategy: () => null,
      // A primary that has become a replica takes no more writes; a new connection may find its successor.
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    },
  };
}

async function connected(client: RedisClient): Promise<OpenRedis> {
  const ended = new Promise<void>((resolve) => void client.once('end', resolve));
  let refusal: unknown;
  // For as long as it lives: an error that nobody listens to is printed past the log.
  client.on('error', (error: unknown) => {
    refusal = error;
  });
  try {
    await client.connect();
    // A refused database number is no error to the client: it goes on with another one.
    if (refusal === undefined) return { client, ended };
  } catch (error) {
    refusal ??= error;
  }
  client.disconnect();
  throw refusal;
}

async function isClusterNode(single: Redis): Promise<boolean> {
  try {
    const about = (await single.call('HELLO')) as unknown[];
    return about[about.indexOf('mode') + 1] === 'cluster';
  } catch (error) {
    // What does not know the question is no cluster.
    if (error instanceof (ReplyError as new () => Error)) return false;
    single.disconnect();
    throw error;
  }
}
