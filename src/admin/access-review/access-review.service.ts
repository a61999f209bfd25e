import { PassThrough, type Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { AbilityService } from '#src/ability/ability.service.js';
import { Accesses } from '#src/audit/accesses.js';
import { problem } from '#src/platform/errors.js';
import { SigningKey } from '#src/platform/signing-key.js';
import { Slots } from '#src/platform/slots.js';
import { OfficeReader, type OfficeView } from '#src/admin/office-reader.js';
import type { ReadRequest } from '#src/admin/read-request.js';
import { ReviewCells, type ReviewAbout } from './review-cells.js';
import { reviewRows } from './review-rows.js';
import { CsvReviewWriter, ExcelReviewWriter } from './review-writers.js';
import type { ReviewFilter, ReviewFormat } from './review.schema.js';

/** Each review holds a connection to PostgreSQL until its client has read it all. */
const maxReviews = 2;
/** One snapshot of the office is kept for so long at most. */
const reviewDeadlineMs = 15 * 60_000;

/** A review on its way, and the revision that all of it speaks of. */
export interface Review {
  stream: Readable;
  revision: number;
  /** The instant, where it is not now. */
  asOf: string | undefined;
}

/** Who may do what with which dossier, and by which way: for those who answer for it, to sign off row by row. */
@Injectable()
export class AccessReviewService {
  readonly #slots = new Slots(maxReviews);

  constructor(
    private readonly reader: OfficeReader,
    private readonly abilities: AbilityService,
    private readonly key: SigningKey,
    private readonly accesses: Accesses,
  ) {}

  /**
   * The review as of one moment, now or past. The stream breaks off with an error where it cannot go on: half a review must not look
   * like a whole one.
   *
   * @throws `office_not_found`, `forbidden`, `too_many_requests`, `invalid_request` for an action that no policy knows
   */
  async write(request: ReadRequest, filter: ReviewFilter, format: ReviewFormat, asOf?: string): Promise<Review> {
    const release = this.#slots.take();
    const stream = new PassThrough();
    const authorized = Promise.withResolvers<Omit<Review, 'stream'>>();
    const use = async (view: OfficeView) => {
      const about = await this.begin(view, filter);
      authorized.resolve({ revision: about.revision, asOf: view.past?.at });
      await this.writeAll(view, about, request, format, stream);
    };
    this.reader
      .read(request, use, { asOf, deadlineMs: reviewDeadlineMs })
      .catch((error: unknown) => {
        authorized.reject(error);
        stream.destroy(error as Error);
      })
      .finally(release);
    // Its error goes to whoever reads it, and to nobody where the request was refused before.
    stream.on('error', () => undefined);
    return { stream, ...(await authorized.promise) };
  }

  private async begin({ em, guard, office, past }: OfficeView, filter: ReviewFilter): Promise<ReviewAbout> {
    guard.require('collaborator', 'check_access', { id: '-' });
    const { revision, policySet, readAt } = await this.abilities.factsIn(em, office.id, [], []);
    const known = this.abilities.actionsOf('dossier', policySet);
    if (!known.includes(filter.action)) {
      throw problem('invalid_request', {}, { errors: [{ path: 'action', message: known.join(', ') }] });
    }
    const policy = this.abilities.policyHash(policySet);
    const openingsKept = await this.accesses.openingsKept(em, office.id);
    const at = new Date(readAt);
    return { office: office.id, at, isPast: past !== undefined, revision, policy, policySet, filter, openingsKept };
  }

  private async writeAll(
    view: OfficeView,
    about: ReviewAbout,
    { language }: ReadRequest,
    format: ReviewFormat,
    output: PassThrough,
  ): Promise<void> {
    const cells = await ReviewCells.load(view, about, language, this.key);
    const writer =
      format === 'csv' ? new CsvReviewWriter(output, language) : new ExcelReviewWriter(output, language, about);
    for await (const rows of reviewRows(view, this.abilities, about.filter, this.accesses)) {
      if (rows.length > 0) await writer.write(rows.map((row) => cells.of(row)));
    }
    await writer.end();
  }
}
