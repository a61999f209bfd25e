import { Injectable } from '@nestjs/common';
import { problem } from '#src/platform/errors.js';
import { firstRow, numbered, rows } from '#src/platform/sql.js';
import { revisionToken } from '#src/relations/vocabulary.js';
import { OfficeReader, type OfficeView } from '#src/admin/office-reader.js';
import type { PageRequest, ReadRequest } from '#src/admin/read-request.js';
import { findingNames, findings, type Finding } from './finding.schema.js';
import { adminBoundSql, findingQueries } from './finding-queries.js';

interface FindingRow {
  id: string;
  name: string;
  key: string;
  code: string | null;
  twins: number | null;
}

/** What is legal in an office and worth a look of its admins: nothing here is wrong by a rule. */
@Injectable()
export class FindingsService {
  constructor(private readonly reader: OfficeReader) {}

  /** How much there is of each. @throws `forbidden` */
  counts(request: ReadRequest) {
    return this.reader.read(request, async (view) => {
      view.guard.require('office', 'read_findings', { id: view.office.id });
      const bound = await firstRow<{ admins: number; collaborators: number; most: number }>(
        view.em,
        numbered(adminBoundSql),
        [view.office.id],
      );
      const items = [];
      for (const finding of findingNames) {
        const count = await this.count(view, finding);
        items.push({ finding, about: findings[finding], count, ...(finding === 'too_many_admins' && { bound }) });
      }
      return { items, revision: revisionToken(view.office.revision) };
    });
  }

  /** What one finding is about, in the order of names. @throws `not_found`, `forbidden` */
  page(request: ReadRequest, name: string, page: PageRequest) {
    return this.reader.read(request, async (view) => {
      view.guard.require('office', 'read_findings', { id: view.office.id });
      const finding = findingNames.find((one) => one === name);
      if (!finding) throw problem('not_found', { type: 'finding', id: name });
      return this.reader.page(request, page, view, {
        name: ['findings', finding],
        rows: (after, most) => this.rows(view, finding, after, most),
        position: ({ key, id }) => [key, id],
        total: () => this.count(view, finding),
        items: (found) =>
          found.map(({ id, name: called, code, twins }) => ({
            id,
            name: called,
            ...(findings[finding] === 'dossier' && { code }),
            ...(twins !== null && { twins }),
          })),
      });
    });
  }

  private rows(view: OfficeView, finding: Finding, after: readonly unknown[] | undefined, most: number) {
    const { sql, params } = findingQueries[finding](view);
    return rows<FindingRow>(
      view.em,
      numbered(`select * from (${sql}) f ${after ? 'where (f.key, f.id) > (?, ?)' : ''} order by f.key, f.id limit ?`),
      [...params, ...(after ?? []), most],
    );
  }

  private async count(view: OfficeView, finding: Finding): Promise<number> {
    const { sql, params } = findingQueries[finding](view);
    return Number(
      (await firstRow<{ n: string }>(view.em, numbered(`select count(*) n from (${sql}) f`), params))?.n ?? 0,
    );
  }
}
