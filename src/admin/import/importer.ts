import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from '@mikro-orm/postgresql';
import { PolicyBundles } from '#src/ability/bundles.js';
import { Database } from '#src/platform/database.js';
import { problem } from '#src/platform/errors.js';
import { rows } from '#src/platform/sql.js';
import { revisionToken } from '#src/relations/vocabulary.js';
import { OfficeReader } from '#src/admin/office-reader.js';
import type { WriteRequest } from '#src/admin/read-request.js';
import { RelationWriter } from '#src/admin/relation-writer.js';
import { ChunkWriter } from './chunk-writer.js';
import { chunksOf } from './chunks.js';
import { CsvReader } from './csv.js';
import { NdjsonReader, type ReadLine } from './line-reader.js';
import { LineSplitter } from './lines.js';
import { placesOf } from './record.js';
import { Slots } from '#src/platform/slots.js';
import { Spool } from './spool.js';
import { Tally, type ImportProgress, type ImportSummary } from './tally.js';

/** What is imported: the lines as bytes, and how to read them. */
export interface ImportSource {
  format: 'ndjson' | 'csv';
  body: AsyncIterable<Uint8Array>;
}

/** What an import says while it goes on, and at its end. */
export type ImportEvent = ImportProgress | ImportSummary;

/** Imports that one process works on at once: each holds a few megabytes, a file and a connection now and then. */
const maxImports = 4;
/** Lines applied, at which PostgreSQL counts its tables anew: plans made for empty tables are ruinous for full ones. */
const statisticsAt = [2_000, 20_000, 200_000, 2_000_000];
/** Only where the import adds a good part to what they are known to hold: counting large tables takes a second. */
const leastGrowth = 0.25;
const counted = ['collaborator', 'collaborator_group', 'client_group', 'dossier', 'relationship'];
const statisticsDeadlineMs = 60_000;

/**
 * Loads an office from lines in any order. All lines are read and checked first, into a temporary file that puts them
 * in the order in which they can be applied; then they are applied in chunks, each an atomic write of its own. An
 * import that does not arrive as a whole changes nothing; one that is cut short later can be sent again.
 */
@Injectable()
export class Importer {
  readonly #slots = new Slots(maxImports);

  constructor(
    private readonly writer: RelationWriter,
    private readonly reader: OfficeReader,
    private readonly database: Database,
    private readonly bundles: PolicyBundles,
  ) {}

  /**
   * Runs an import; the last event is its summary. To stop it after the chunk in flight, return from the generator.
   *
   * @throws `no_dry_run`, `forbidden`, `not_utf8`, `csv_header`, `too_many_refused_lines`, `idempotency_key_reused`
   */
  async *run(request: WriteRequest, source: ImportSource): AsyncGenerator<ImportEvent> {
    if (request.dryRun) throw problem('no_dry_run');
    const release = this.#slots.take();
    const spool = new Spool();
    try {
      const revision = await this.reader.read(request, ({ guard, office }) => {
        guard.require('office', 'import', { id: office.id });
        return Promise.resolve(revisionToken(office.revision));
      });
      const tally = new Tally(request.language, revision);
      const fingerprint = await readAll(source, spool, tally, request.fingerprint);
      yield* this.apply(new ChunkWriter(this.writer, this.bundles, request, fingerprint), spool, tally);
    } finally {
      await spool.close();
      release();
    }
  }

  private async *apply(writer: ChunkWriter, spool: Spool, tally: Tally): AsyncGenerator<ImportEvent> {
    const chunks = chunksOf(spool.sorted());
    try {
      let next = chunks.next();
      for (let found = await next; !found.done; found = await next) {
        const applying = writer.apply(found.value);
        // The next chunk is read while PostgreSQL works on this one.
        next = chunks.next();
        next.catch(() => undefined);
        for (const answer of await applying) tally.add(answer);
        await this.refreshStatistics(tally);
        yield tally.progress();
      }
      for await (const answers of writer.applyDeferred()) for (const answer of answers) tally.add(answer);
      yield tally.summary();
    } finally {
      await chunks.return(undefined);
    }
  }

  /** A help, not a need: where it fails, or the service does not own its tables, PostgreSQL counts when it sees fit. */
  private async refreshStatistics(tally: Tally): Promise<void> {
    if (tally.applied < (statisticsAt[tally.statisticsTaken] ?? Infinity)) return;
    tally.statisticsTaken = statisticsAt.filter((lines) => lines <= tally.applied).length;
    const count = async (em: EntityManager) => {
      const known = `select coalesce(sum(greatest(reltuples, 0)), 0)::float8 as rows from pg_class where oid = any ($1::regclass[])`;
      const [table] = await rows<{ rows: number }>(em, known, [counted]);
      if (tally.applied >= leastGrowth * (table?.rows ?? 0)) await rows(em, `analyze ${counted.join(', ')}`);
    };
    await this.database.asOwner(count, { deadlineMs: statisticsDeadlineMs }).catch(() => undefined);
  }
}

/** Reads and checks every line. @returns the fingerprint of the request with its body */
async function readAll(source: ImportSource, spool: Spool, tally: Tally, request: Buffer): Promise<Buffer> {
  const hash = createHash('sha256').update(request);
  const splitter = new LineSplitter();
  const reader = source.format === 'csv' ? new CsvReader() : new NdjsonReader();
  for await (const piece of source.body) {
    hash.update(piece);
    await keep(reader.read(splitter.push(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength))), spool, tally);
  }
  await keep(reader.read(splitter.end()), spool, tally);
  reader.end();
  tally.lines = splitter.count;
  return hash.digest();
}

async function keep(lines: readonly ReadLine[], spool: Spool, tally: Tally): Promise<void> {
  for (const line of lines) {
    if ('refused' in line) {
      tally.refuse(line.line, line.refused);
      continue;
    }
    for (const record of line.records) {
      const text = JSON.stringify(record);
      for (const place of placesOf(record)) {
        const full = spool.add({ place, line: line.line, text });
        if (full) await full;
      }
    }
  }
}
