import { hash } from 'node:crypto';
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

  /** @param authorization the header as sent */
  find(authorization: string | undefined): KeyPrincipal | undefined {
    if (authorization === undefined || !authorization.startsWith('Bearer cdk_')) return undefined;
    return this.keys.get(hashOf(authorization.slice('Bearer '.length)));
  }

  remember(authorization: string, key: KeyPrincipal): void {
    const [oldest] = this.keys.keys();
    if (this.keys.size >= maxKeys && oldest !== undefined) this.keys.delete(oldest);
    this.keys.set(hashOf(authorization.slice('Bearer '.length)), key);
  }

  forget(authorization: string): void {
    this.keys.delete(hashOf(authorization.slice('Bearer '.length)));
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
