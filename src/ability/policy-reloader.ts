import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { OnApplicationShutdown } from '@nestjs/common';
import { NotReadyError } from '#src/platform/health.controller.js';
import type { Logger } from '#src/platform/logs.js';
import { PolicyBundles, type PolicyPlaces } from './bundles.js';

const watchEveryMs = 1_000;

/**
 * Puts changed policies in force while the service runs. What cannot be used changes nothing: the policies before stay,
 * and readiness says so until a good load.
 */
export class PolicyReloader implements OnApplicationShutdown {
  private failure: NotReadyError | undefined;
  private watching: NodeJS.Timeout | undefined;
  private tell: () => void = () => undefined;

  constructor(
    private readonly bundles: PolicyBundles,
    private readonly places: PolicyPlaces,
    private readonly log: Logger,
  ) {}

  /** Names who is told, once they are in force, that other policies are. */
  onReload(tell: () => void): void {
    this.tell = tell;
  }

  /** Loads all policies again. */
  reload(): void {
    const before = this.bundles.hashes();
    try {
      this.bundles.replace(PolicyBundles.load(this.places));
      this.failure = undefined;
      this.log.info({ before, after: this.bundles.hashes() }, 'policies reloaded');
      this.tell();
    } catch (err) {
      this.failure = new NotReadyError(`policies could not be reloaded; ${before.standard?.slice(0, 12)} is in force`);
      this.log.error({ err, before }, 'policies could not be reloaded: those before stay in force');
    }
  }

  /** Reloads whenever a file changes, is added or taken away. Looks by itself, as not every file system tells. */
  watch(): void {
    let last = this.fingerprint();
    this.watching = setInterval(() => {
      const now = this.fingerprint();
      if (now === last) return;
      last = now;
      this.reload();
    }, watchEveryMs).unref();
  }

  /** Rejects while the files are others than the policies in force, because those cannot be used. */
  check(): Promise<void> {
    return this.failure ? Promise.reject(this.failure) : Promise.resolve();
  }

  onApplicationShutdown(): void {
    clearInterval(this.watching);
  }

  private fingerprint(): string {
    const { policyDir, policySetsDir } = this.places;
    return [policyDir, policySetsDir].flatMap((path) => (path === undefined ? [] : filesOf(path))).join('\n');
  }
}

/** Name, size and time of every file; what cannot be read now is looked at again. */
function filesOf(path: string): string[] {
  try {
    const { size, mtimeMs } = statSync(path);
    const names = statSync(path).isDirectory() ? readdirSync(path) : [];
    return [`${path} ${size} ${mtimeMs}`, ...names.flatMap((name) => filesOf(join(path, name)))];
  } catch {
    return [`${path} cannot be read`];
  }
}
