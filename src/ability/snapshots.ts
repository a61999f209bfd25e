import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { Database } from '#src/platform/database.js';
import { problem } from '#src/platform/errors.js';
import { Slots } from '#src/platform/slots.js';
import { numbered, rows } from '#src/platform/sql.js';
import { dossierSqlFields } from '#src/relations/dossier-sql.js';
import { standInPast } from '#src/relations/past-tables.js';
import { findMoment, type Moment } from '#src/relations/past.js';
import { isId, type OfficeSettings } from '#src/relations/vocabulary.js';
import { AbilityService } from './ability.service.js';
import { resolveActor, type Actor } from './actor.js';
import { readAsOf } from './as-of.js';
import { toSql } from './conditions-sql.js';
import { allows } from './decide.js';
import { isWholeOffice, type Inquirer } from './inquirer.js';

/** Each holds a connection to PostgreSQL while it puts a past together: other work needs connections too. */
const maxPasts = 2;
const maxWaiting = 50;
/** A whole office may have to be put together. */
const pastDeadlineMs = 60_000;

/** Which moment is looked at, and how much of it. */
export interface SnapshotOptions {
  /** As {@link readAsOf} reads it; now where nothing is said. */
  asOf?: string | undefined;
  /** The dossiers that are asked about; without, all of them. */
  dossiers?: readonly string[];
  deadlineMs?: number;
}

/** The moment that is looked at, and the asker with the settings of now: those of then say nothing about their rights. */
export interface Past extends Moment {
  asker: { actor: Actor; settings: OfficeSettings; policySet: string | null };
}

/** What reads past the caches reads here: the office as it is, or as it was. */
@Injectable()
export class Snapshots {
  readonly #slots = new Slots(maxPasts, maxWaiting);

  constructor(
    private readonly database: Database,
    private readonly abilities: AbilityService,
  ) {}

  /**
   * Runs `read` in a transaction that sees one snapshot of the office. As of a past moment all statements in it are about
   * then, and what the asker may not open now is not there, whatever it was. It asks the policies whether they may ask
   * about the past at all; now, that is for `read` to ask.
   *
   * @throws `office_not_found`, `forbidden`, `unknown_revision`, `before_the_trail`, `too_many_requests`
   */
  async read<T>(
    asker: Inquirer,
    { asOf, dossiers, deadlineMs }: SnapshotOptions,
    read: (em: EntityManager, past: Past | undefined) => Promise<T>,
  ): Promise<T> {
    const deadline = deadlineMs === undefined ? {} : { deadlineMs };
    if (asOf === undefined) {
      return this.database.inOffice(asker.office, (em) => read(em, undefined), { readOnly: true, ...deadline });
    }
    const asked = dossiers?.filter(isId);
    // Whoever has a deadline of their own has bounds of their own, and may hold on for long.
    const release = deadlineMs === undefined ? await this.#slots.turn() : undefined;
    try {
      return await this.database.inOffice(
        asker.office,
        async (em) => read(em, await this.goBack(em, asker, asOf, asked)),
        { snapshot: true, deadlineMs: pastDeadlineMs, ...deadline },
      );
    } finally {
      release?.();
    }
  }

  private async goBack(
    em: EntityManager,
    asker: Inquirer,
    asOf: string,
    dossiers: readonly string[] | undefined,
  ): Promise<Past> {
    const { office, principal, actor: named } = asker;
    // Who asks comes first: to a person of another office, this one does not exist (rule 32).
    const actor = await resolveActor(em, office, principal, named, async (id) => {
      return (await this.abilities.factsIn(em, office, [id], [])).subjects.get(id);
    });
    const { settings, policySet } = await this.abilities.factsIn(em, office, [], []);
    const now = { actor, settings, policySet };
    const hidden = isWholeOffice(asker) ? [] : await this.hiddenFrom(em, office, now, dossiers);
    const moment = await findMoment(em, office, readAsOf(asOf));
    await standInPast(em, { office, policySet }, moment, { dossiers, hidden });
    return { ...moment, asker: now };
  }

  /** The dossiers that the asker may not open now. No dossier is ever deleted, so those of then are among them. */
  private async hiddenFrom(
    em: EntityManager,
    office: string,
    { actor: { subject }, settings, policySet }: Past['asker'],
    dossiers: readonly string[] | undefined,
  ): Promise<string[]> {
    const abilityOf = (type: string) => this.abilities.abilityOf(type, { subject, settings, policySet });
    if (!allows(abilityOf('collaborator'), 'check_access', { id: '-' })) throw problem('forbidden');
    const opens = toSql(abilityOf('dossier'), 'open', dossierSqlFields);
    const found = await rows<{ id: string }>(
      em,
      numbered(`select d.id from dossier d
                 where d.office = ? and (?::text[] is null or d.id = any(?)) and (${opens.sql}) is not true`),
      [office, dossiers ?? null, dossiers ?? null, ...opens.params],
    );
    return found.map(({ id }) => id);
  }
}
