import { ProblemError } from '#src/platform/errors.js';
import { checkInvariants } from './invariants.js';
import type { Write } from './write.js';

/** Runs a part of the write behind a savepoint. @returns why it was refused; other errors go on */
export async function attempt(write: Write, use: (part: Write) => Promise<void>): Promise<ProblemError | undefined> {
  try {
    await write.em.transactional(async (inner) => {
      const part = write.part(inner);
      await use(part);
      // What a row must not break refuses that row, and not the whole selection at the end.
      await checkInvariants(part);
      write.absorb(part);
    });
    return undefined;
  } catch (error) {
    if (error instanceof ProblemError && error.status < 500) return error;
    throw error;
  }
}
