import { accessSync, constants, mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Linux keeps files in memory. */
const inMemory = '/dev/shm';
/** What the databases of a whole run may take at once, with some to spare. */
const filesMax = 2 * 2 ** 30;
/** What must be left for the processes of a run. */
const processesMax = 5 * 2 ** 30;

/**
 * A new folder for the files of a PostgreSQL that nobody needs after the run: in memory where there is room. Each database
 * is 300 files: to make and to remove them takes a disk several times as long.
 */
export function makeScratchFolder(): string {
  return mkdtempSync(join(hasRoom() ? inMemory : tmpdir(), 'cardea-test-'));
}

function hasRoom(): boolean {
  try {
    accessSync(inMemory, constants.W_OK);
    const { bavail, bsize } = statfsSync(inMemory);
    return bavail * bsize > filesMax && process.availableMemory() > filesMax + processesMax;
  } catch {
    return false;
  }
}
