import type { z } from 'zod';
import { problem } from '#src/platform/errors.js';
import { parseStrictJson } from '#src/platform/strict-json.js';
import { parseEnterpriseNumber } from '#src/relations/enterprise-number.js';
import { tupleRef } from '#src/relations/tuples.js';
import { parseRef } from '#src/relations/vocabulary.js';
import { lineSchemas, type LineKind, type LineOf } from './line.schema.js';
import type { DossierLineFields, ImportRecord } from './record.js';

/**
 * Reads one line of NDJSON.
 *
 * @returns `undefined` for a blank line
 * @throws ProblemError that says what is wrong with the line: its JSON, its kind, its members or their values
 */
export function parseLine(bytes: Buffer): ImportRecord | undefined {
  if (isBlank(bytes)) return undefined;
  const value = parseStrictJson(bytes);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('', 'an object');
  const { kind } = value as { kind?: unknown };
  if (typeof kind !== 'string' || !Object.hasOwn(lineSchemas, kind)) {
    throw invalid('kind', Object.keys(lineSchemas).join(', '));
  }
  return toRecord(kind as LineKind, value);
}

function toRecord(kind: LineKind, value: object): ImportRecord {
  switch (kind) {
    case 'office':
      return officeRecord(checked('office', value));
    case 'collaborator': {
      const { kind, id, ...fields } = checked('collaborator', value);
      return { kind, id, fields };
    }
    case 'collaborator_group':
    case 'client_group':
      return groupRecord(checked(kind, value));
    case 'dossier': {
      const { kind, id, ...fields } = checked('dossier', value);
      return { kind, id, fields: storedFields(fields) };
    }
    case 'relationship':
      return relationshipRecord(checked('relationship', value));
    case 'entity': {
      const { properties = {}, ...rest } = checked('entity', value);
      return { ...rest, properties };
    }
  }
}

/** The id is the exported office's; an import goes to the office of its address, whatever its lines say. */
function officeRecord({ kind, name, email, language, policySet, settings }: LineOf<'office'>): ImportRecord {
  return { kind, fields: { name, email, language, policySet, ...settings } };
}

function groupRecord({ kind, id, ...fields }: LineOf<'collaborator_group'> | LineOf<'client_group'>): ImportRecord {
  if (fields.name === '') throw problem('group_name_blank');
  return { kind, id, fields };
}

function relationshipRecord(line: LineOf<'relationship'>): ImportRecord {
  const object = parseRef(line.object);
  const subject = parseRef(line.subject);
  const ref = object && subject && tupleRef(object, line.relation, subject);
  if (!ref) throw invalid('relation', 'object, relation and subject that fit together');
  if (line.primary !== undefined && ref.relation !== 'manager') throw invalid('primary', 'only for managers');
  const { primary, expiresAt = null, createdAt } = line;
  return {
    kind: 'relationship',
    tuple: { ...ref, expiresAt, ...(primary && { primary }), ...(createdAt && { createdAt }) },
  };
}

/**
 * The fields as they are kept: an empty code is none, a number is its ten digits.
 *
 * @throws `enterprise_number_invalid`
 */
export function storedFields(fields: DossierLineFields): DossierLineFields {
  const { code, enterpriseNumber: text } = fields;
  return {
    ...fields,
    ...(code !== undefined && { code: code || null }),
    ...(text !== undefined && { enterpriseNumber: text ? digitsOf(text) : null }),
  };
}

function digitsOf(text: string): string {
  const digits = parseEnterpriseNumber(text);
  if (digits === undefined) throw problem('enterprise_number_invalid', { enterpriseNumber: text });
  return digits;
}

function checked<Kind extends LineKind>(kind: Kind, value: object): LineOf<Kind> {
  // The compiler does not see that the schema of one kind makes the line of that kind.
  return check(lineSchemas[kind] as unknown as z.ZodType<LineOf<Kind>>, value);
}

/** @throws `invalid_request` with what the schema found */
export function check<T>(schema: z.ZodType<T>, value: unknown): T {
  const first = schema.safeParse(value);
  if (first.success) return first.data;
  // Again with the input kept, which the texts in other languages need.
  throw problem('invalid_request', {}, { issues: schema.safeParse(value, { reportInput: true }).error?.issues });
}

function invalid(path: string, message: string) {
  return problem('invalid_request', {}, { errors: [{ path, message }] });
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x0d || byte === 0x09);
}
