import { PassThrough, type Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import Excel from 'exceljs';
import { describe, problem } from '#src/platform/errors.js';
import { formatEnterpriseNumber } from '#src/relations/enterprise-number.js';
import type { Language } from '#src/relations/vocabulary.js';
import { rows } from '#src/platform/sql.js';
import { loadDossiers, refusalOf } from './dossier-view.js';
import type { DossierFilter } from './monitor.schema.js';
import { MonitorService } from './monitor.service.js';
import { clientGroupNames, collaboratorNames } from './names.js';
import { OfficeReader, type OfficeView } from './office-reader.js';
import type { ReadRequest } from './read-request.js';

const headings: Record<Language, readonly string[]> = {
  en: [
    'Dossier',
    'Name',
    'Code',
    'Enterprise number',
    'Status',
    'Client group',
    'Managers',
    'Labels',
    'Contact',
    'Result',
  ],
  fr: [
    'Dossier',
    'Nom',
    'Code',
    "Numéro d'entreprise",
    'Statut',
    'Groupe de clients',
    'Gestionnaires',
    'Étiquettes',
    'Contact',
    'Résultat',
  ],
  nl: [
    'Dossier',
    'Naam',
    'Code',
    'Ondernemingsnummer',
    'Status',
    'Klantengroep',
    'Dossierbeheerders',
    'Labels',
    'Contact',
    'Resultaat',
  ],
  de: [
    'Akte',
    'Name',
    'Code',
    'Unternehmensnummer',
    'Status',
    'Mandantengruppe',
    'Verantwortliche',
    'Etiketten',
    'Kontakt',
    'Ergebnis',
  ],
};
const widths = [16, 36, 12, 20, 12, 24, 36, 24, 32, 48];
/** Excel's format for text: a cell stays text also when someone edits it. */
const textFormat = '@';
const chunkSize = 500;
/** An export reads in one snapshot, which a large office keeps open for a while. */
const exportDeadlineMs = 120_000;

/** The monitor, or a selection of it, as an Excel workbook (rule 25). */
@Injectable()
export class DossierExportService {
  constructor(
    private readonly reader: OfficeReader,
    private readonly monitor: MonitorService,
  ) {}

  /**
   * Streams the dossiers that the viewer may open; with `ids`, each must be one of them. Each row is authorised by
   * itself: one that may be opened and not exported has its id, its name and the reason, and nothing more.
   *
   * @throws `not_found` naming the first id that the viewer may not open: nothing is left out silently
   */
  async export(request: ReadRequest, filter: DossierFilter, ids: readonly string[]): Promise<Readable> {
    const selected = await this.reader.read(request, (view) => this.select(view, filter, ids));
    const output = new PassThrough();
    this.reader
      .read(request, (view) => this.write(view, request.language, selected, output), { deadlineMs: exportDeadlineMs })
      .catch((error: unknown) => output.destroy(error as Error));
    return output;
  }

  private async select(view: OfficeView, filter: DossierFilter, ids: readonly string[]): Promise<readonly string[]> {
    if (ids.length === 0) return this.monitor.idsMatching(view, filter);
    const allowed = new Set(await this.monitor.openable(view, ids));
    const missing = ids.find((id) => !allowed.has(id));
    if (missing !== undefined) throw problem('not_found', { type: 'dossier', id: missing });
    return [...allowed];
  }

  private async write(
    view: OfficeView,
    language: Language,
    ids: readonly string[],
    output: PassThrough,
  ): Promise<void> {
    const workbook = new Excel.stream.xlsx.WorkbookWriter({ stream: output, useStyles: true });
    const sheet = workbook.addWorksheet('Dossiers', { views: [{ state: 'frozen', ySplit: 1 }] });
    sheet.columns = headings[language].map((header, index) => ({
      header,
      width: widths[index],
      style: { numFmt: textFormat },
    }));
    sheet.getRow(1).font = { bold: true };
    for (let from = 0; from < ids.length; from += chunkSize) {
      for (const cells of await this.cells(view, language, ids.slice(from, from + chunkSize)))
        sheet.addRow(cells).commit();
    }
    sheet.commit();
    await workbook.commit();
  }

  /** Rows of text cells: a cell of type text is never a formula, whatever it begins with. */
  private async cells(view: OfficeView, language: Language, selected: readonly string[]): Promise<string[][]> {
    const office = view.office.id;
    // The selection was made a moment ago: whatever the viewer has lost since is no longer theirs to read.
    const ids = await this.monitor.openable(view, selected);
    const loaded = await loadDossiers(view, ids);
    const groups = await clientGroupNames(
      view.em,
      office,
      [...loaded.values()].flatMap(({ facts }) => facts.clientGroup ?? []),
    );
    const people = await collaboratorNames(
      view.em,
      office,
      [...loaded.values()].flatMap(({ facts }) => facts.managers),
    );
    const contacts = await rows<{ dossier: string; email: string }>(
      view.em,
      'select dossier, email from dossier_contact($1, $2)',
      [office, ids],
    );
    const contactOf = new Map(contacts.map((row) => [row.dossier, row.email]));
    return ids.flatMap((id) => {
      const dossier = loaded.get(id);
      if (!dossier) return [];
      const { row, facts } = dossier;
      const refusal = refusalOf(view, id, dossier, 'export');
      if (refusal) return [[id, row.name, '', '', '', '', '', '', '', describe(refusal, language).detail]];
      const group = view.guard.seesGroupNames() && facts.clientGroup ? groups.get(facts.clientGroup) : undefined;
      const managers = facts.managers.flatMap((manager) => people.get(manager) ?? []).join(', ');
      const number = row.enterpriseNumber ? formatEnterpriseNumber(row.enterpriseNumber) : '';
      return [
        [
          id,
          row.name,
          row.code ?? '',
          number,
          row.status,
          group ?? '',
          managers,
          row.labels.join(', '),
          contactOf.get(id) ?? '',
          '',
        ],
      ];
    });
  }
}
