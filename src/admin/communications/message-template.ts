import { problem } from '#src/platform/errors.js';

/** What a template may name of a dossier, in double braces. */
export const templateFields = [
  'name',
  'code',
  'enterpriseNumber',
  'manager',
  'clientGroup',
  'contactEmail',
  'officeName',
  'officeEmail',
] as const;
export type TemplateField = (typeof templateFields)[number];

/** What the fields are of one dossier; empty where it has none. */
export type FieldValues = Readonly<Record<TemplateField, string>>;

type Part = string | { field: TemplateField };

/** `\{{` stands for the braces themselves; `{{` begins a field, whatever follows it. */
const pieces = /\\\{\{|\{\{\s*([A-Za-z]\w*)\s*\}\}|\{\{/g;
const shownLength = 40;

/** A text with fields of a dossier in it. It is read once and filled in once: a value is never read as a template. */
export class MessageTemplate {
  private constructor(private readonly parts: readonly Part[]) {}

  /** @throws `template_field_unknown` naming the field, `template_broken` showing where */
  static parse(text: string): MessageTemplate {
    const parts: Part[] = [];
    let end = 0;
    for (const found of text.matchAll(pieces)) {
      parts.push(text.slice(end, found.index));
      end = found.index + found[0].length;
      if (found[0].startsWith('\\')) parts.push('{{');
      else parts.push({ field: fieldOf(found[1], text.slice(found.index, found.index + shownLength)) });
    }
    return new MessageTemplate([...parts, text.slice(end)].filter((part) => part !== ''));
  }

  /** The fields that it names, each once. */
  get fields(): TemplateField[] {
    return [...new Set(this.parts.flatMap((part) => (typeof part === 'string' ? [] : [part.field])))];
  }

  /** The text of a body: as it is, without what is no text. */
  fill(values: FieldValues): string {
    return this.join(values)
      .replaceAll(/\r\n?/g, '\n')
      .replaceAll(/[^\P{Cc}\n\t]/gu, '');
  }

  /** As one line, whatever the values hold: it becomes a header of a mail. */
  fillLine(values: FieldValues): string {
    return this.join(values)
      .replaceAll(/[\s\p{Cc}\u2028\u2029]+/gu, ' ')
      .trim();
  }

  private join(values: FieldValues): string {
    return this.parts.map((part) => (typeof part === 'string' ? part : values[part.field])).join('');
  }
}

function fieldOf(name: string | undefined, shown: string): TemplateField {
  if (name === undefined) throw problem('template_broken', { text: shown });
  const field = templateFields.find((one) => one === name);
  if (!field) throw problem('template_field_unknown', { field: name, fields: templateFields.join(', ') });
  return field;
}
