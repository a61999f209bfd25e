import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { CursorCodec } from '#src/platform/cursor.js';
import { Database } from '#src/platform/database.js';
import { problem } from '#src/platform/errors.js';
import { SigningKey } from '#src/platform/signing-key.js';
import { allOf, numbered, rows } from '#src/platform/sql.js';
import { dossierSqlFields } from '#src/relations/dossier-sql.js';
import { builtInTypes, revisionToken } from '#src/relations/vocabulary.js';
import type { PackedRules } from './ability.js';
import { AbilityService } from './ability.service.js';
import { ActorsService } from './actors.service.js';
import { toSql } from './conditions-sql.js';
import type { Inquirer } from './inquirer.js';
import { Snapshots } from './snapshots.js';
import { countOf, Totals } from './totals.js';
import type { Consistency } from './consistency.js';

/** One dossier of a list of what someone may open. */
export interface OpenableDossier {
  id: string;
  name: string;
  code: string | null;
  status: string;
}

/** Which dossiers to look for, and where to begin. */
export interface OpenableIdsQuery {
  action: string;
  /** `action.properties` and `context` of the question. */
  properties?: Readonly<Record<string, unknown>> | undefined;
  context?: Readonly<Record<string, unknown>> | undefined;
  consistency?: Consistency;
  after: string | null;
  limit: number;
}

/** An ability as a front end takes it: plain CASL rules, with how long they hold. */
export interface AbilityExport {
  rules: PackedRules;
  revision: string;
  policy: string;
  validUntil: string | null;
  signature: string;
  etag: string;
}

/** What one collaborator may do, as a list and as rules. */
@Injectable()
export class OpenableService {
  private readonly totals = new Totals();

  constructor(
    private readonly database: Database,
    private readonly abilities: AbilityService,
    private readonly actors: ActorsService,
    private readonly key: SigningKey,
    private readonly snapshots: Snapshots,
  ) {}

  /**
   * The dossiers on which someone may do `action`, a page at a time in the order of their ids. The conditions of the
   * ability are the WHERE of the query, so that the list is the same function of the same rules as a check. An admin who
   * asks about another is shown what they can open themselves: the rest does not exist for them (rule 15).
   *
   * @throws `not_found` for a collaborator who does not exist, `invalid_cursor`
   */
  async dossiers(
    asker: Inquirer,
    collaborator: string,
    page: { action: string; limit: number; cursor?: string | undefined; asOf?: string | undefined },
  ) {
    const { office } = asker;
    const { asOf } = page;
    // As of a past moment the rights of the asker are looked at where the past is put together.
    const self =
      (asOf === undefined ? await this.actors.requireMayAsk(asker, [collaborator]) : undefined) ?? collaborator;
    const codec = new CursorCodec(this.key, [
      office,
      'openable',
      self,
      collaborator,
      page.action,
      ...(asOf === undefined ? [] : [asOf]),
    ]);
    const after = codec.decode(page.cursor)?.[0] ?? null;
    return this.snapshots.read(asker, { asOf }, async (em, past) => {
      const found = await this.allowed(em, office, [collaborator, self], page);
      if (!found) throw problem('not_found', { type: 'collaborator', id: collaborator });
      const { allowed, revision, readAt, policySet } = found;
      const items = await rows<OpenableDossier>(
        em,
        numbered(`select d.id, d.name, d.code, d.status from dossier d
                   where d.office = ? and ${allowed.sql} and (?::text is null or d.id > ?)
                   order by d.id limit ?`),
        [office, ...allowed.params, after, after, page.limit + 1],
      );
      const at = { office, revision, readAt };
      const total = past ? (await countOf(em, at, allowed)).total : await this.totals.count(em, at, allowed);
      const last = items.length > page.limit ? items[page.limit - 1] : undefined;
      return {
        items: items.slice(0, page.limit),
        nextCursor: last ? codec.encode([last.id]) : null,
        total,
        revision: revisionToken(revision),
        ...(past && { asOf: past.at }),
        policy: this.abilities.policyHash(policySet),
      };
    });
  }

  /**
   * The ids of such dossiers, after one of them; none for a collaborator who does not exist.
   *
   * @throws `forbidden`, `office_not_found`, `unknown_revision`
   */
  async ids(asker: Inquirer, collaborator: string, query: OpenableIdsQuery): Promise<string[]> {
    const self = (await this.actors.requireMayAsk(asker, [collaborator])) ?? collaborator;
    return this.database.inOffice(
      asker.office,
      async (em) => {
        const found = await this.allowed(em, asker.office, [collaborator, self], query);
        if (!found) return [];
        const { consistency } = query;
        if (consistency !== undefined && 'atLeast' in consistency && Number(consistency.atLeast) > found.revision) {
          throw problem('unknown_revision', { revision: consistency.atLeast });
        }
        const items = await rows<{ id: string }>(
          em,
          numbered(`select d.id from dossier d
                     where d.office = ? and ${found.allowed.sql} and (?::text is null or d.id > ?)
                     order by d.id limit ?`),
          [asker.office, ...found.allowed.params, query.after, query.after, query.limit],
        );
        return items.map(({ id }) => id);
      },
      { readOnly: true },
    );
  }

  /** The dossiers that the first may do it with and the second may open, as a condition; `undefined` without the two. */
  private async allowed(
    em: EntityManager,
    office: string,
    [collaborator, self]: readonly [string, string],
    { action, properties, context }: Pick<OpenableIdsQuery, 'action' | 'properties' | 'context'>,
  ) {
    const facts = await this.abilities.factsIn(em, office, [collaborator, self], []);
    const { settings, policySet, revision, readAt } = facts;
    const [subject, viewer] = [facts.subjects.get(collaborator), facts.subjects.get(self)];
    if (!subject || !viewer) return undefined;
    const asked = this.abilities.abilityOf('dossier', { subject, settings, policySet, action: properties, context });
    const parts = [toSql(asked, action, dossierSqlFields)];
    if (self !== collaborator) {
      const own = this.abilities.abilityOf('dossier', { subject: viewer, settings, policySet });
      parts.push(toSql(own, 'open', dossierSqlFields));
    }
    return { allowed: allOf(parts), revision, readAt, policySet };
  }

  /**
   * The rules of every built-in type for one collaborator, as CASL packs them. They say what the interface may offer;
   * the service refuses by itself whatever they say.
   *
   * @throws `not_found` for a collaborator who does not exist
   */
  async ability(asker: Inquirer, collaborator: string): Promise<AbilityExport> {
    const { office } = asker;
    await this.actors.requireMayAsk(asker, [collaborator]);
    return this.database.inOffice(
      office,
      async (em) => {
        const facts = await this.abilities.factsIn(em, office, [collaborator], []);
        const subject = facts.subjects.get(collaborator);
        if (!subject) throw problem('not_found', { type: 'collaborator', id: collaborator });
        const { settings, policySet } = facts;
        const rules = builtInTypes.flatMap((type) =>
          this.abilities.abilityOf(type, { subject, settings, policySet }).pack(),
        );
        const revision = revisionToken(facts.revision);
        const policy = this.abilities.policyHash(policySet);
        const { validUntil } = subject;
        const signed = [office, collaborator, revision, policy, validUntil ?? '', JSON.stringify(rules)];
        const signature = this.key.sign('ability', ...signed).toString('base64url');
        const etag = createHash('sha256')
          .update(JSON.stringify([rules, policy, validUntil]))
          .digest('base64url');
        return { rules, revision, policy, validUntil, signature, etag: `"${etag.slice(0, 27)}"` };
      },
      { readOnly: true },
    );
  }
}
