import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { isSystem } from '#src/ability/actor.js';
import { AbilityService } from '#src/ability/ability.service.js';
import { ActorsService } from '#src/ability/actors.service.js';
import { Snapshots, type Past, type SnapshotOptions } from '#src/ability/snapshots.js';
import { CursorCodec } from '#src/platform/cursor.js';
import { problem } from '#src/platform/errors.js';
import { SigningKey } from '#src/platform/signing-key.js';
import { OfficeEntity, type Office } from '#src/relations/entities.js';
import { RelationStore } from '#src/relations/relation.store.js';
import { revisionToken } from '#src/relations/vocabulary.js';
import { Guard } from './guard.js';
import type { PageRequest, ReadRequest } from './read-request.js';

/** One office as a read sees it: a snapshot, and who looks. */
export interface OfficeView {
  em: EntityManager;
  office: Office;
  /** What the one who looks may do now. */
  guard: Guard;
  store: RelationStore;
  /** The moment that it is a view of, where that is not now: `office` is as it was. */
  past: Past | undefined;
  /** `true` where there is nothing in it that does not exist for the one who looks. */
  showsAll: boolean;
}

/** A page of a list, as every list answers it. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
  total: number;
  revision: string;
}

/** How a list is read: one page after a position, and how many there are in all. */
export interface ListQuery<Row, Item> {
  /** Whatever the list depends on beside its page: a cursor is bound to it. */
  name: unknown;
  rows: (after: readonly (string | number | null)[] | undefined, limit: number) => Promise<Row[]>;
  position: (row: Row) => readonly (string | number | null)[];
  total: () => Promise<number>;
  items: (rows: Row[]) => Promise<Item[]> | Item[];
}

/** The one way the administration reads: in one snapshot of the office, as the actor of the request. */
@Injectable()
export class OfficeReader {
  constructor(
    private readonly snapshots: Snapshots,
    private readonly abilities: AbilityService,
    private readonly actors: ActorsService,
    private readonly signingKey: SigningKey,
  ) {}

  /**
   * As of a past moment, it is the present actor who looks, and what they may not open now is not there.
   *
   * @throws `office_not_found`, what {@link Snapshots.read} throws, and whatever `use` refuses with
   */
  async read<T>(
    request: ReadRequest,
    use: (view: OfficeView) => Promise<T>,
    options: Pick<SnapshotOptions, 'asOf' | 'deadlineMs'> = {},
  ): Promise<T> {
    return this.snapshots.read(request, options, async (em, past) => {
      const office = await em.findOne(OfficeEntity, { id: request.office });
      if (!office) throw problem('office_not_found');
      const { actor, settings, policySet } = past?.asker ?? (await this.askerOf(em, request, office));
      const guard = new Guard(this.abilities, actor, settings, policySet);
      const showsAll = past !== undefined || isSystem(actor);
      return use({ em, office, guard, store: new RelationStore(em, office.id), past, showsAll });
    });
  }

  private async askerOf(
    em: EntityManager,
    { principal, actor: named }: ReadRequest,
    office: Office,
  ): Promise<Past['asker']> {
    const actor = await this.actors.actorOf(em, office.id, principal, named);
    const { onlyAdminsActivate, uniqueGroupNames, defaultClientGroup = null, policySet = null } = office;
    return { actor, settings: { onlyAdminsActivate, uniqueGroupNames, defaultClientGroup }, policySet };
  }

  /** Reads one page of a list by its sort key, so that a page costs the same wherever it lies. */
  async page<Row, Item>(
    request: ReadRequest,
    page: PageRequest,
    view: OfficeView,
    query: ListQuery<Row, Item>,
  ): Promise<Page<Item>> {
    const codec = new CursorCodec(this.signingKey, [request.office, view.guard.actor.label, query.name]);
    const found = await query.rows(codec.decode(page.cursor), page.limit + 1);
    const last = found.length > page.limit ? found[page.limit - 1] : undefined;
    return {
      items: await query.items(found.slice(0, page.limit)),
      nextCursor: last === undefined ? null : codec.encode(query.position(last)),
      total: await query.total(),
      revision: revisionToken(view.office.revision),
    };
  }
}
