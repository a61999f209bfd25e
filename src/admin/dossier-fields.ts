import { problem } from '#src/platform/errors.js';
import { firstRow } from '#src/platform/sql.js';
import type { Dossier } from '#src/relations/entities.js';
import { formatEnterpriseNumber, parseEnterpriseNumber } from '#src/relations/enterprise-number.js';
import type { Write } from './write.js';

/** A dossier's own fields, as they are kept and as the trail shows them. */
export type DossierFields = Pick<
  Dossier,
  'name' | 'code' | 'enterpriseNumber' | 'labels' | 'private' | 'language' | 'email' | 'status'
>;

/**
 * The fields of a row or of a body, in one form and order; what is missing is empty.
 *
 * @throws `enterprise_number_invalid`
 */
export function fieldsOf(from: Partial<Dossier> & Pick<Dossier, 'name' | 'status'>): DossierFields {
  return {
    name: from.name,
    code: from.code || null,
    enterpriseNumber: storedNumber(from.enterpriseNumber ?? null),
    labels: from.labels ?? [],
    private: from.private ?? false,
    language: from.language ?? null,
    email: from.email ?? null,
    status: from.status,
  };
}

export function sameFields(a: DossierFields, b: DossierFields): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function storedNumber(text: string | null): string | null {
  if (text === null || text === '') return null;
  const digits = parseEnterpriseNumber(text);
  if (digits === undefined) throw problem('enterprise_number_invalid', { enterpriseNumber: text });
  return digits;
}

/**
 * Rule 26; the database refuses it as well. The other dossier is not named: it may be one that nobody sees.
 *
 * @throws `enterprise_number_taken`
 */
export async function requireFreeNumber(write: Write, id: string, number: string | null | undefined): Promise<void> {
  if (!number) return;
  const taken = await firstRow(
    write.em,
    'select 1 from dossier where office = $1 and enterprise_number = $2 and id <> $3',
    [write.office.id, number, id],
  );
  if (taken) throw problem('enterprise_number_taken', { enterpriseNumber: formatEnterpriseNumber(number) });
}
