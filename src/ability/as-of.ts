import { z } from 'zod';
import type { AsOf } from '#src/relations/past.js';

const revision = /^\d{1,15}$/;

/** As whose answer something is asked for instead of now's: a revision as an answer carried it, or an instant. */
export const asOfSchema = z.union([z.string().regex(revision), z.iso.datetime({ offset: true })]).meta({
  description:
    'Answers as of a past moment: a revision that an answer carried, or an instant of ISO 8601 with its offset. The ' +
    'facts are those of then, judged by the policies of now, which `policy` names. For the office itself and for those ' +
    'who may ask about everyone; dossiers that they may not open now are left out.',
});

/** What an answer as of a past moment carries beside its revision: the instant that it is about. */
export const answeredAsOf = { asOf: z.string().optional() };

/** PostgreSQL and ISO 8601 write these years the same; no office is older, and none has seen the end. */
const [earliestMs, latestMs] = [Date.UTC(1970, 0), Date.UTC(9999, 11, 31)];

/** What a text says that {@link asOfSchema} lets through, instants in UTC with their microseconds. */
export function readAsOf(text: string): AsOf {
  if (revision.test(text)) return { revision: Number(text) };
  const [, seconds = '', fraction = '', offset = ''] = /^(.*?T[\d:]+)(?:\.(\d+))?(.*)$/.exec(text) ?? [];
  const ms = Math.min(Math.max(Date.parse(`${seconds}${offset}`), earliestMs), latestMs);
  return { instant: `${new Date(ms).toISOString().slice(0, 19)}.${fraction.slice(0, 6) || '0'}Z` };
}
