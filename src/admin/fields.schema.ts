import { z } from 'zod';
import { idPattern, isId, languages } from '#src/relations/vocabulary.js';

/** White space, and what looks like it and `trim` leaves: a name neither begins nor ends with it. */
const outer = /^[\s\p{Cc}\u180E\u200B\u2060]+|[\s\p{Cc}\u180E\u200B\u2060]+$/gu;
/** Something to see. A name without is blank, whatever it is made of; PostgreSQL has the same list for names of groups. */
const visible = /[^\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** Text as it is kept: trimmed, Unicode NFC, and empty where there is nothing to see in it (rule 16). */
export function tidy(text: string): string {
  const trimmed = text.normalize('NFC').replaceAll(outer, '');
  return visible.test(trimmed) ? trimmed : '';
}

/** Names and labels are one line without control characters: they end up in lists, mails and logs. */
export function isOneLine(text: string): boolean {
  return !/[\p{Cc}\u2028\u2029]/u.test(text);
}

const codePoints = (most: number) => (text: string) => [...text].length <= most;

export const idSchema = z.string().regex(idPattern).refine(isId);
export const languageSchema = z.enum(languages);
/** One valid address (rule 18). */
export const emailSchema = z.string().trim().max(254).pipe(z.email());
/** Rule 16 refuses a blank name in its own words, so that blank passes here. */
export const groupNameSchema = z
  .string()
  .max(1000)
  .transform(tidy)
  .refine(codePoints(100), '1 to 100 characters')
  .refine(isOneLine);
export const nameSchema = z
  .string()
  .max(2000)
  .transform(tidy)
  .refine((text) => text !== '' && codePoints(200)(text) && isOneLine(text));
export const personNameSchema = z.string().max(1000).transform(tidy).refine(codePoints(100)).refine(isOneLine);
export const labelSchema = z
  .string()
  .max(500)
  .transform(tidy)
  .refine((text) => text !== '' && codePoints(50)(text) && isOneLine(text));
/** Most labels that one dossier may have. */
export const maxLabels = 50;
/** An instant with its offset, in a year that PostgreSQL and ISO 8601 write the same; kept in UTC. */
export const instantSchema = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .refine((text) => /^[1-9]\d{3}-/.test(text));
/** Kept in the audit trail beside the change. */
export const reasonSchema = z
  .string()
  .trim()
  .min(1)
  .max(1000)
  .refine((text) => !text.includes('\0'));

/** Most entries that one request may name in a list. */
export const maxListed = 10_000;

export const idListSchema = z.array(idSchema).max(maxListed);

/** A change of a set as it merges with others: what to add and what to remove (rule 22). */
export const deltaSchema = z.strictObject({
  add: idListSchema.default([]),
  remove: idListSchema.default([]),
});
export type Delta = z.infer<typeof deltaSchema>;

/** An object body that refuses unknown members; every write may say why. */
export function writeBody<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({ ...shape, reason: reasonSchema.optional() });
}

export const warningSchema = z.object({ code: z.string(), message: z.string() }).meta({ id: 'Warning' });

/** The page of a list. */
export const pageShape = {
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(2000).optional(),
};

/** A list as every list answers it. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable(),
    total: z.int(),
    revision: z.string(),
  });
}
