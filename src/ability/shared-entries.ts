import { z } from 'zod';
import type { SigningKey } from '#src/platform/signing-key.js';
import { collaboratorStatuses, dossierStatuses, profiles } from '#src/relations/vocabulary.js';

const instant = z.string().nullable();
const ids = z.array(z.string());

const validity = { revision: z.int(), policy: z.string() };
const subjectSchema = z.object({
  ...validity,
  facts: z
    .object({
      id: z.string(),
      profile: z.enum(profiles),
      status: z.enum(collaboratorStatuses),
      clientGroups: ids,
      collaboratorGroups: ids,
      excludedClientGroups: ids,
      validUntil: instant,
    })
    .nullable(),
  settings: z.object({
    onlyAdminsActivate: z.boolean(),
    uniqueGroupNames: z.boolean(),
    defaultClientGroup: z.string().nullable(),
  }),
  policySet: z.string().nullable(),
  /** The ability as `packRules` writes it. */
  rules: z.unknown(),
});
const dossierSchema = z.object({
  ...validity,
  facts: z
    .object({
      id: z.string(),
      status: z.enum(dossierStatuses),
      private: z.boolean(),
      clientGroup: z.string().nullable(),
      managers: ids,
      guests: ids,
      excluded: ids,
      validUntil: instant,
    })
    .nullable(),
});
export type SharedSubject = z.infer<typeof subjectSchema>;
export type SharedDossier = z.infer<typeof dossierSchema>;

/** What an entry is about: its kind and id, and the keys whose change makes it untrue. */
export interface EntryName {
  office: string;
  kind: 'c' | 'd';
  id: string;
}

const macLength = 43;

/**
 * An entry as it lies in Redis: the keys that it depends on, a line each, an empty line, a signature and JSON. The keys
 * stand in front so that Redis itself can look up their last changes; ids hold no line ends.
 */
export function sealEntry(key: SigningKey, name: EntryName, dependsOn: readonly string[], value: unknown): string {
  const head = dependsOn.join('\n');
  const body = JSON.stringify(value);
  const mac = key.sign('entry', name.office, name.kind, name.id, head, body).toString('base64url');
  return `${head}\n\n${mac}${body}`;
}

/** The entry with its keys, or `undefined` for one that is damaged, forged, or meant for another place. */
export function openEntry(
  key: SigningKey,
  name: EntryName,
  sealed: string,
): { dependsOn: string[]; value: SharedSubject | SharedDossier } | undefined {
  const end = sealed.indexOf('\n\n');
  if (end < 0) return undefined;
  const head = sealed.slice(0, end);
  const body = sealed.slice(end + 2 + macLength);
  const mac = Buffer.from(sealed.slice(end + 2, end + 2 + macLength), 'base64url');
  if (!key.verify(mac, 'entry', name.office, name.kind, name.id, head, body)) return undefined;
  const schema = name.kind === 'c' ? subjectSchema : dossierSchema;
  const parsed = schema.safeParse(JSON.parse(body));
  return parsed.success ? { dependsOn: head.split('\n'), value: parsed.data } : undefined;
}

/** The head of an office's hash: up to where it has followed the changes, and since when it knows them. */
export interface SharedHead {
  applied: number;
  base: number;
}

export function sealHead(key: SigningKey, office: string, { applied, base }: SharedHead): string {
  return `${applied}.${base}.${key.sign('head', office, String(applied), String(base)).toString('base64url')}`;
}

/** `undefined` for a head that is missing or was not written by us: the hash is then begun anew. */
export function openHead(key: SigningKey, office: string, sealed: string | null): SharedHead | undefined {
  const match = sealed === null ? null : /^(\d{1,15})\.(\d{1,15})\./.exec(sealed);
  if (!match) return undefined;
  const head = { applied: Number(match[1]), base: Number(match[2]) };
  return sealHead(key, office, head) === sealed ? head : undefined;
}

/** The last change of one key, signed so that an older one cannot be put under another key. */
export function sealChange(key: SigningKey, office: string, changed: string, revision: number): string {
  return `${revision}.${key.sign('change', office, changed, String(revision)).toString('base64url').slice(0, 22)}`;
}

/** The revision, -1 where the key has not changed, `Infinity` for a value that was not written by us. */
export function openChange(key: SigningKey, office: string, changed: string, sealed: string | null): number {
  if (sealed === null) return -1;
  const revision = Number(/^(\d{1,15})\./.exec(sealed)?.[1] ?? Number.NaN);
  return sealChange(key, office, changed, revision) === sealed ? revision : Number.POSITIVE_INFINITY;
}
