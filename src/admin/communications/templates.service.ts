import { Injectable } from '@nestjs/common';
import { Answer } from '#src/platform/answer.js';
import { problem } from '#src/platform/errors.js';
import { firstRow, rows } from '#src/platform/sql.js';
import type { Place } from '#src/admin/dossier-view.js';
import { OfficeReader } from '#src/admin/office-reader.js';
import type { ReadRequest, WriteRequest } from '#src/admin/read-request.js';
import { RelationWriter } from '#src/admin/relation-writer.js';
import { etagOf, expectNoVersion, expectVersion } from '#src/admin/versions.js';
import { MessageTemplate, templateFields } from './message-template.js';
import type { TemplatePut, TemplateQuery } from './template.schema.js';

interface Template {
  id: string;
  name: string;
  subject: string;
  body: string;
  version: string;
}

const keyOf = (id: string) => `communication_template:${id}`;
const conditions = 't.office = $1 and ($2::text is null or strpos(fold(t.name), fold($2)) > 0)';

/** Texts of communications that an office keeps: for everyone there to use, and for those who manage them to change. */
@Injectable()
export class TemplatesService {
  constructor(
    private readonly writer: RelationWriter,
    private readonly reader: OfficeReader,
  ) {}

  list(request: ReadRequest, { q, ...page }: TemplateQuery) {
    return this.reader.read(request, async (view) => {
      view.guard.require('office', 'read', { id: view.office.id });
      const values = [view.office.id, q ?? null];
      const found = await this.reader.page(request, page, view, {
        name: ['templates', q],
        rows: (after, most) =>
          rows<Template & { key: string }>(
            view.em,
            `select t.id, t.name, t.subject, t.body, t.version, fold(t.name) as key from communication_template t
              where ${conditions} and ($3::text is null or (fold(t.name), t.id) > ($3, $4))
              order by fold(t.name), t.id limit $5`,
            [...values, after?.[0] ?? null, after?.[1] ?? null, most],
          ),
        position: ({ key, id }) => [key, id],
        total: async () => {
          const text = `select count(*) n from communication_template t where ${conditions}`;
          return Number((await firstRow<{ n: string }>(view.em, text, values))?.n ?? 0);
        },
        items: (records) => records.map(viewOf),
      });
      return { ...found, fields: [...templateFields] };
    });
  }

  /** @throws `not_found` */
  one(request: ReadRequest, id: string): Promise<Answer> {
    return this.reader.read(request, async (view) => {
      view.guard.require('office', 'read', { id: view.office.id });
      const found = await requireTemplate(view, id);
      return new Answer(viewOf(found), 200, etagOf(Number(found.version)));
    });
  }

  /** Makes it, or replaces it. @throws `template_field_unknown`, `template_broken` */
  put(request: WriteRequest, id: string, { name, subject, body }: TemplatePut): Promise<Answer> {
    for (const text of [subject, body]) MessageTemplate.parse(text);
    return this.writer.write(request, async (write) => {
      write.guard.require('office', 'manage_communications', { id: write.office.id });
      const before = await findTemplate(write, id);
      if (before) await expectVersion(write, keyOf(id), Number(before.version));
      else await expectNoVersion(write, keyOf(id));
      await rows(
        write.em,
        `insert into communication_template (office, id, name, subject, body, version) values ($1, $2, $3, $4, $5, $6)
           on conflict (office, id) do update
             set name = excluded.name, subject = excluded.subject, body = excluded.body, version = excluded.version`,
        [write.office.id, id, name, subject, body, write.revision],
      );
      const old = before ? fieldsOf(before) : null;
      write.recordEntity(keyOf(id), before ? 'update' : 'create', old, { name, subject, body });
      return { body: { id, name, subject, body }, status: before ? 200 : 201, etag: etagOf(write.revision) };
    });
  }

  delete(request: WriteRequest, id: string): Promise<Answer> {
    return this.writer.write(request, async (write) => {
      write.guard.require('office', 'manage_communications', { id: write.office.id });
      const before = await requireTemplate(write, id);
      if (request.ifMatch !== undefined) await expectVersion(write, keyOf(id), Number(before.version));
      await rows(write.em, 'delete from communication_template where office = $1 and id = $2', [write.office.id, id]);
      write.recordEntity(keyOf(id), 'delete', fieldsOf(before), null);
      return { body: { deleted: true } };
    });
  }
}

function findTemplate({ em, office }: Place, id: string): Promise<Template | undefined> {
  const text = 'select id, name, subject, body, version from communication_template where office = $1 and id = $2';
  return firstRow<Template>(em, text, [office.id, id]);
}

async function requireTemplate(place: Place, id: string): Promise<Template> {
  const found = await findTemplate(place, id);
  if (!found) throw problem('not_found', { type: 'communication_template', id });
  return found;
}

function fieldsOf({ name, subject, body }: Template) {
  return { name, subject, body };
}

function viewOf(template: Template) {
  return { id: template.id, ...fieldsOf(template) };
}
