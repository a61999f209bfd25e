import { AbilityService } from '#src/ability/ability.service.js';
import { AccessCache } from '#src/ability/access-cache.js';
import { PolicyBundles } from '#src/ability/bundles.js';
import { FactsLoader } from '#src/ability/facts-loader.js';
import { defaultBounds } from '#src/ability/office-states.js';
import { SharedCache, sharedCacheEvents, type SharedCacheEvent } from '#src/ability/shared-cache.js';
import { Database } from '#src/platform/database.js';
import { createLogger, type Logger } from '#src/platform/logs.js';
import type { RedisState } from '#src/platform/redis.js';
import { SigningKey } from '#src/platform/signing-key.js';
import { relationEntities } from '#src/relations/entities.js';

/** A busy machine is no fault of Redis. */
const patientMs = 10_000;

/** What a process does to answer, and has just begun: its own cache is empty, there are only Redis and PostgreSQL. */
export interface ColdProcess {
  may(office: string, collaborator: string, dossier: string): Promise<boolean>;
  readonly state: RedisState;
  readonly events: Record<SharedCacheEvent, number>;
}

export interface ColdStart {
  /** Only what is about the deadline has the one of the service (`undefined`). */
  deadlineMs?: number | undefined;
  logger?: Logger;
  /** It knows one office at a time, and asks Redis whenever another one is asked about. */
  isForgetful?: boolean;
  /** A folder of policies other than those of the service. */
  policyDir?: string;
}

/** Starts cold processes over one database, as many as a test wants. */
export class ColdProcesses {
  private readonly started: SharedCache[] = [];

  private constructor(
    private readonly database: Database,
    private readonly key: SigningKey,
    private readonly bundles: PolicyBundles,
  ) {}

  static async over(url: string): Promise<ColdProcesses> {
    const database = await Database.open({ url, entities: relationEntities, poolMax: 4, deadlineMs: 10_000 });
    const key = await database.asOwner((em) => SigningKey.load(em));
    return new ColdProcesses(database, key, PolicyBundles.load({ policyDir: 'policies' }));
  }

  async start(redisUrl: string, how: ColdStart = {}): Promise<ColdProcess> {
    const { deadlineMs, logger, isForgetful, policyDir } = { deadlineMs: patientMs, ...how };
    const bundles = policyDir === undefined ? this.bundles : PolicyBundles.load({ policyDir });
    const events = Object.fromEntries(sharedCacheEvents.map((event) => [event, 0])) as ColdProcess['events'];
    const shared = await SharedCache.connect(redisUrl, this.key, {
      logger: logger ?? createLogger('silent'),
      observe: (event) => void events[event]++,
      deadlineMs,
    });
    this.started.push(shared);
    const bounds = isForgetful ? { ...defaultBounds, offices: 1 } : defaultBounds;
    const cache = new AccessCache(new FactsLoader(this.database), bundles, shared, { bounds });
    const abilities = new AbilityService(bundles, cache);
    return {
      events,
      get state() {
        return shared.state;
      },
      async may(office, collaborator, dossier) {
        const { verdicts } = await abilities.ask(office, [{ collaborator, dossier, action: 'open' }], undefined);
        return verdicts[0]?.allowed ?? false;
      },
    };
  }

  /** Ends what was started; the next test starts its own. */
  stop(): void {
    for (const shared of this.started.splice(0)) shared.onModuleDestroy();
  }

  async close(): Promise<void> {
    this.stop();
    await this.database.close();
  }
}
