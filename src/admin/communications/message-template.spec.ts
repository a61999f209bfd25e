import { describe, expect, test } from '@jest/globals';
import { MessageTemplate, templateFields, type FieldValues } from './message-template.js';

const values: FieldValues = {
  name: 'Boulangerie SA',
  code: 'B001',
  enterpriseNumber: '0123.456.749',
  manager: 'Mia Peeters',
  clientGroup: 'Bruxelles',
  contactEmail: 'mia@o.example',
  officeName: 'Fiduciaire Horta',
  officeEmail: 'info@o.example',
};
const filled = (text: string, more: Partial<FieldValues> = {}) =>
  MessageTemplate.parse(text).fill({ ...values, ...more });
const line = (text: string, more: Partial<FieldValues> = {}) =>
  MessageTemplate.parse(text).fillLine({ ...values, ...more });

// How these were seen to fail: with values filled in one field after another, which reads a value as a template; and
// with line ends left in subjects.
describe('a template', () => {
  test('is filled in with every field there is', () => {
    for (const field of templateFields) expect(filled(`<{{${field}}}>`)).toBe(`<${values[field]}>`);
    expect(filled('{{ name }} {{name}}({{ code }})')).toBe('Boulangerie SA Boulangerie SA(B001)');
    expect(MessageTemplate.parse('{{code}} {{name}} {{code}}').fields).toEqual(['code', 'name']);
  });

  test('without fields is its own text', () => {
    for (const text of ['', 'a { b } }} c', '{"a": {}}', '$& $1 \\n', 'a }} b']) expect(filled(text)).toBe(text);
  });

  test('has braces of its own behind a backslash', () => {
    expect(filled('\\{{name}} is {{name}}')).toBe('{{name}} is Boulangerie SA');
  });

  test('never reads a value as a template, whatever it holds', () => {
    expect(filled('{{name}}', { name: '{{code}} \\{{ $& $1' })).toBe('{{code}} \\{{ $& $1');
  });

  test('leaves out a field that the dossier has not', () => {
    expect(filled('[{{code}}]', { code: '' })).toBe('[]');
  });

  test('is one line as a subject, whatever a value holds', () => {
    const name = 'Bread\r\nBcc: all@x.example\u2028x\0';
    expect(line('To {{name}} ', { name })).toBe('To Bread Bcc: all@x.example x');
  });

  test('as a body keeps lines and tabs, and nothing else that is no text', () => {
    expect(filled('a\r\nb\rc\td\u0007\u001b[31m')).toBe('a\nb\nc\td[31m');
  });

  test.each([
    ['{{nom}}', 'template_field_unknown', { field: 'nom' }],
    ['{{Name}}', 'template_field_unknown', { field: 'Name' }],
    ['{{constructor}}', 'template_field_unknown', { field: 'constructor' }],
    ['a {{name', 'template_broken', { text: '{{name' }],
    ['{{}}', 'template_broken', { text: '{{}}' }],
    ['{{7*7}}', 'template_broken', { text: '{{7*7}}' }],
    ['{{name.length}}', 'template_broken', {}],
    ['{{{name}}}', 'template_broken', {}],
  ])('%p is refused with what is wrong', (text, code, params) => {
    const refused = () => {
      try {
        return MessageTemplate.parse(text);
      } catch (error) {
        return error;
      }
    };
    expect(refused()).toMatchObject({ code, params });
  });
});
