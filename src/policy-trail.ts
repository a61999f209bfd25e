import { setImmediate } from 'node:timers/promises';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Counter } from 'prom-client';
import type { PolicyBundles } from '#src/ability/bundles.js';
import { countDifferences } from '#src/ability/comparison.js';
import { keepPolicies, keptPolicy } from '#src/ability/kept-policies.js';
import { readOfficeFacts, type Ask } from '#src/ability/office-facts.js';
import { appendChanges, type ChangeEntry } from '#src/audit/trail.js';
import type { Database } from '#src/platform/database.js';
import type { Logger } from '#src/platform/logs.js';
import type { Metrics } from '#src/platform/metrics.js';
import { firstRow, rows } from '#src/platform/sql.js';
import type { Policy } from '#src/policy/bundle.js';
import { takeNextRevision } from '#src/relations/revision.js';

/** The key of these rows; nothing that is cached depends on it. */
const key = 'policy';
const officesAtOnce = 500;
/** Dossiers that are compared before the process does something else. */
const dossiersAtOnce = 200;
/** A large office is counted for as long; it holds up nobody. */
const countDeadlineMs = 600_000;

interface InForce {
  /** The hash of the office's policies. */
  policy: string;
  policySet: string | null;
}

/** An office whose record is disturbed is counted anew this often. */
const maxAttempts = 3;

type Place = { id: string; policySet: string | null };

/**
 * Writes into the trail of each office that other policies are in force for it, with how many rights came and went: one
 * row for each office and change, however many processes make it. It runs behind the service and holds up nobody; what
 * cannot be recorded is told, and tried again by the next reload or start.
 */
export class PolicyTrail {
  private readonly closing = new AbortController();
  private readonly outcomes: Counter<'outcome'>;
  private running: Promise<void> = Promise.resolve();
  /** What was in force when it was last looked at, by policy set. */
  private known: ReadonlyMap<string | null, string> = new Map();

  constructor(
    private readonly database: Database,
    private readonly bundles: PolicyBundles,
    { registry }: Metrics,
    private readonly logger: Logger,
  ) {
    this.outcomes = new Counter({
      name: 'cardea_policy_records_total',
      help: 'Changes of policies that went into the trail of an office (written), or could not (failed).',
      labelNames: ['outcome'],
      registers: [registry],
    });
    for (const outcome of ['written', 'failed']) this.outcomes.inc({ outcome }, 0);
  }

  /** Records what is in force wherever the trail does not say so; never throws. */
  record(via: 'start' | 'reload'): Promise<void> {
    this.running = this.running.then(() => this.run(via)).catch((error: unknown) => this.failed(error));
    return this.running;
  }

  async close(): Promise<void> {
    this.closing.abort();
    await this.running;
  }

  private async run(via: string): Promise<void> {
    const hashes = await keepPolicies(this.database, this.bundles);
    for (let after = ''; !this.closing.signal.aborted;) {
      const page = await this.outdated(after);
      // Processes that do the same at once go through the offices in different orders, and so share the work.
      const shuffled = page.offices.map((office) => [Math.random(), office] as const).sort(([a], [b]) => a - b);
      for (const [, office] of shuffled) {
        if (this.closing.signal.aborted) return;
        await this.recordOffice(office, via).catch((error: unknown) => this.failed(error, office.id));
        await setImmediate();
      }
      if (page.last === undefined) break;
      after = page.last;
    }
    this.known = hashes;
  }

  /** Of the offices after an id, a page of them, those whose trail names other policies than are in force. */
  private async outdated(after: string): Promise<{ offices: Place[]; last: string | undefined }> {
    const found = await this.database.asOwner((em) =>
      rows<Place & { policy: string | null }>(
        em,
        `select o.id, o.policy_set "policySet", last.policy from office o
           left join lateral (select c.after->>'policy' policy from change c where c.office = o.id and c.key = $2
                               order by c.revision desc limit 1) last on true
          where o.id > $1 order by o.id limit $3`,
        [after, key, officesAtOnce],
      ),
    );
    const offices = found.filter(({ policySet, policy }) => this.hashOf(policySet) !== policy);
    return { offices, last: found.length < officesAtOnce ? undefined : found.at(-1)?.id };
  }

  /** `undefined` for a set that is not loaded: the record of its office fails, and of no other. */
  private hashOf(policySet: string | null): string | undefined {
    return this.bundles.sets().get(policySet)?.hash;
  }

  private async recordOffice({ id, policySet }: Place, via: string, attempts = maxAttempts): Promise<void> {
    const { hash } = this.bundles.bundleOf(policySet);
    const policy = this.bundles.policyOf(policySet, 'dossier');
    const after: InForce = { policy: hash, policySet };
    const counted = await this.database.inOffice(
      id,
      async (em) => {
        const recorded = await lastRecorded(em, id);
        if (recorded?.policy === hash) return undefined;
        const before = recorded ?? this.replaced({ policy: hash, policySet });
        const old = before && (await keptPolicy(em, before.policy, 'dossier'));
        return { recorded, before, counts: old && policy && (await this.count(em, id, old, policy)) };
      },
      { readOnly: true, deadlineMs: countDeadlineMs },
    );
    if (!counted) return;
    const entry = {
      key,
      action: 'reload',
      before: counted.before ?? null,
      after: { ...after, ...(counted.counts ?? { gains: null, losses: null }) },
    };
    const known = { place: { id, policySet }, policy: counted.recorded?.policy };
    const outcome = await this.database.inOffice(id, (em) => writeUnlessMoved(em, known, entry, via));
    if (outcome === 'written') this.outcomes.inc({ outcome });
    if (typeof outcome === 'string') return;
    // Somebody gave the office another set, or recorded something else, while this was counted.
    if (attempts === 1) throw new Error('it changed again and again while it was counted');
    await this.recordOffice(outcome, via, attempts - 1);
  }

  /** What this process had in force before, for an office of which the trail says nothing yet. */
  private replaced({ policy, policySet }: InForce): InForce | undefined {
    const known = this.known.get(policySet);
    return known === undefined || known === policy ? undefined : { policy: known, policySet };
  }

  private async count(em: EntityManager, office: string, old: Policy, policy: Policy) {
    const ask: Ask = (text, values) => {
      this.closing.signal.throwIfAborted();
      return rows(em, text, values);
    };
    return countDifferences(old, policy, await readOfficeFacts(ask, office, dossiersAtOnce));
  }

  private failed(error: unknown, office?: string): void {
    // What a stop interrupts is done by the next start.
    if (this.closing.signal.aborted) return;
    this.outcomes.inc({ outcome: 'failed' });
    this.logger.error({ err: error, office }, 'a change of policies could not be recorded');
  }
}

/**
 * Writes the row as a change of the office, which waits for its turn.
 *
 * @returns `written`; `known` where another process has written it; or the office as it is now where it has moved on
 */
async function writeUnlessMoved(
  em: EntityManager,
  { place: { id, policySet }, policy }: { place: Place; policy: string | undefined },
  entry: ChangeEntry & { after: InForce },
  via: string,
): Promise<'written' | 'known' | Place> {
  const locked = 'select id, policy_set "policySet" from office where id = $1 for update';
  const place = await firstRow<Place>(em, locked, [id]);
  const last = await lastRecorded(em, id);
  if (!place || last?.policy === entry.after.policy) return 'known';
  if (place.policySet !== policySet || last?.policy !== policy) return place;
  const taken = await takeNextRevision(em, id);
  if (!taken) return 'known';
  await appendChanges(em, id, taken.revision, { actor: 'system', via, reason: null, requestId: null }, [entry]);
  return 'written';
}

/** What the trail says is in force. */
function lastRecorded(em: EntityManager, office: string): Promise<InForce | undefined> {
  return firstRow<InForce>(
    em,
    `select after->>'policy' policy, after->>'policySet' "policySet" from change
      where office = $1 and key = $2 order by revision desc limit 1`,
    [office, key],
  );
}
