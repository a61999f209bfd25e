import { z } from 'zod';
import type { AccessMap } from './access-map.js';

const accessRow = z.object({ collaborator: z.string(), dossier: z.string() });

/** What a change does, for the admin who is about to save it (rule 29). Counts are whole; rows are a page of them. */
export const impactSchema = z
  .object({
    gains: z.object({ total: z.int(), collaborators: z.int(), dossiers: z.int(), rows: z.array(accessRow) }),
    losses: z.object({ total: z.int(), collaborators: z.int(), dossiers: z.int(), rows: z.array(accessRow) }),
    contacts: z.object({
      total: z.int(),
      rows: z.array(z.object({ dossier: z.string(), before: z.string().nullable(), after: z.string().nullable() })),
    }),
  })
  .meta({ id: 'Impact' });
export type Impact = z.infer<typeof impactSchema>;

const names = z.record(z.string(), z.string());
/** How the people and dossiers of the rows are called, by id. */
export const impactNamesSchema = z.object({ collaborators: names, dossiers: names }).meta({ id: 'ImpactNames' });
export type ImpactNames = z.infer<typeof impactNamesSchema>;

/** A preview lists this many rows of each kind; the totals count them all. */
const rowsPerKind = 100;

/** Compares two moments; a dossier that the actor may not know of in either is neither listed nor counted. */
export function compareAccess(before: AccessMap, after: AccessMap): Impact {
  const known = (dossier: string) => before.visible.has(dossier) || after.visible.has(dossier);
  const contacts = [...new Set([...before.contacts.keys(), ...after.contacts.keys()])]
    .filter((dossier) => known(dossier) && before.contacts.get(dossier) !== after.contacts.get(dossier))
    .sort()
    .map((dossier) => ({
      dossier,
      before: before.contacts.get(dossier) ?? null,
      after: after.contacts.get(dossier) ?? null,
    }));
  return {
    gains: summarize(difference(after, before, known)),
    losses: summarize(difference(before, after, known)),
    contacts: { total: contacts.length, rows: contacts.slice(0, rowsPerKind) },
  };
}

type AccessRow = z.infer<typeof accessRow>;

function difference(from: AccessMap, without: AccessMap, known: (dossier: string) => boolean): AccessRow[] {
  return [...from.opens]
    .flatMap(([collaborator, dossiers]) =>
      [...dossiers]
        .filter((dossier) => known(dossier) && !without.opens.get(collaborator)?.has(dossier))
        .map((dossier) => ({ collaborator, dossier })),
    )
    .sort((a, b) => compare(a.collaborator, b.collaborator) || compare(a.dossier, b.dossier));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function summarize(all: AccessRow[]) {
  return {
    total: all.length,
    collaborators: new Set(all.map((row) => row.collaborator)).size,
    dossiers: new Set(all.map((row) => row.dossier)).size,
    rows: all.slice(0, rowsPerKind),
  };
}
