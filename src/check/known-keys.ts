import { hash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { OfficeNow } from '#src/ability/access-cache.js';
import type { KeyPrincipal } from '#src/platform/auth/principal.js';

/** Keys kept in memory, by their hash. A caller cannot fill it: only keys that exist are kept. */
const maxKeys = 10_000;

/**
 * Keys that were verified before. They are as fresh as the answer itself: revoking a key is a change of its office, so
 * the fence that a check waits for anyway tells whether the key is still good.
 */
export class KnownKeys {
  private readonly keys = new Map<string, KeyPrincipal>();
  /** What a connection sent last: it is hashed once, not with each of its requests. */
  private readonly lastSent = new WeakMap<Socket, { authorization: string; hash: string }>();

  /** @param authorization the header as sent over `connection` */
  find(authorization: string | undefined, connection: Socket): KeyPrincipal | undefined {
    if (authorization === undefined || !authorization.startsWith('Bearer cdk_')) return undefined;
    let last = this.lastSent.get(connection);
    if (last?.authorization !== authorization) {
      last = { authorization, hash: hashOf(authorization.slice('Bearer '.length)) };
      this.lastSent.set(connection, last);
    }
    return this.keys.get(last.hash);
  }

  remember(authorization: string, key: KeyPrincipal): void {
    const [oldest] = this.keys.keys();
    if (this.keys.size >= maxKeys && oldest !== undefined) this.keys.delete(oldest);
    this.keys.set(hashOf(authorization.slice('Bearer '.length)), key);
  }
}

/** `true` where the key may still ask about this office, at the revision that the office has now. */
export function isStillGood(key: KeyPrincipal, now: OfficeNow): boolean {
  if (now.nowMs >= key.expiresAtMs) return false;
  if (key.office === null) return now.state.platform === key.asOf;
  const { state } = now;
  return key.office === now.id && key.asOf >= state.knownFrom && state.lastChange(`api_key:${key.id}`) <= key.asOf;
}

function hashOf(key: string): string {
  return hash('sha256', key, 'base64');
}
