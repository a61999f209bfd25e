import { readTrail } from '#src/audit/trail.js';
import { problem } from '#src/platform/errors.js';
import { revisionToken } from '#src/relations/vocabulary.js';
import { DossierVisibility } from './dossier-visibility.js';
import type { Write } from './write.js';

/** A stale save is told of this many changes. */
const changesShown = 20;
/** After every entry of a revision. */
const maxSequence = 2 ** 31 - 1;

/**
 * Refuses a save made on an old version (rule 27). `If-Match: *` stands for "any version": for deltas that need none.
 *
 * @throws `if_match_required`, or `stale_version` with what has changed since
 */
export async function expectVersion(write: Write, key: string, version: number): Promise<void> {
  const { ifMatch } = write.request;
  if (ifMatch === undefined) throw problem('if_match_required', { etag: etagOf(version) });
  if (ifMatch === '*' || ifMatch === etagOf(version)) return;
  const since = Number(/^(?:W\/)?"(\d{1,15})"$/.exec(ifMatch)?.[1] ?? version);
  throw problem('stale_version', { etag: etagOf(version) }).with({ changes: await changesSince(write, key, since) });
}

/**
 * A version that a save is based on, of something that is not there any more: it is not made anew by it.
 *
 * @throws `stale_version`
 */
export async function expectNoVersion(write: Write, key: string): Promise<void> {
  if (write.request.ifMatch !== undefined) await expectVersion(write, key, 0);
}

/** As the trail shows them to the actor: without the private dossiers that do not exist for them (rule 15). */
async function changesSince(write: Write, key: string, revision: number) {
  const visibility = await DossierVisibility.of(write);
  const position = { revision, sequence: maxSequence };
  const found = await readTrail(write.em, write.office.id, position, changesShown, {
    key,
    hidden: visibility.hiddenKeys,
  });
  return found.map((change) => {
    const { action, actor, at, reason, before, after } = visibility.entry(change);
    return { revision: revisionToken(change.revision), action, actor, at, reason, before, after };
  });
}

/** The entity tag of a version: a strong one, for the version is the revision of the last change. */
export function etagOf(version: number): string {
  return `"${version}"`;
}
