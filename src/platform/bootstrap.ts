import { chmod, mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateApiKey, hashApiKey, isApiKey } from './auth/api-keys.js';
import { type Scope, scopes } from './auth/principal.js';

/** A platform key to be stored; storing the same id again replaces its hash and revives it. */
export interface KeyToStore {
  id: string;
  name: string;
  hash: Buffer;
  scopes: readonly Scope[];
}

/** What decides where the first key comes from. */
export interface BootstrapOptions {
  /** `CARDEA_BOOTSTRAP_KEY`, if set. */
  bootstrapKey: string | undefined;
  /** Whether this is the embedded default, in which a key is made when none is given. */
  isEmbedded: boolean;
  /** `DATA_DIR`, where a made key is kept. */
  dataDir: string;
}

/** The first key. `isNew` says that this start made it; it is printed then, and never logged. */
export interface BootstrapKey {
  key: string;
  isNew: boolean;
}

/**
 * Makes sure that there is a way in: stores the hash of a platform key with all scopes.
 *
 * @param storeKey writes it to the database, and is asked at every start: the database may be a new one
 * @returns the key, or null when none is given and none is to be made
 * @throws Error when a given or kept key does not have the form of one
 */
export async function seedBootstrapKey(
  options: BootstrapOptions,
  storeKey: (key: KeyToStore) => Promise<void>,
): Promise<BootstrapKey | null> {
  const found = await findOrMake(options);
  if (found) await storeKey({ id: 'bootstrap', name: 'Bootstrap', hash: hashApiKey(found.key), scopes });
  return found;
}

async function findOrMake({ bootstrapKey, isEmbedded, dataDir }: BootstrapOptions): Promise<BootstrapKey | null> {
  if (bootstrapKey !== undefined) return { key: checked(bootstrapKey, 'CARDEA_BOOTSTRAP_KEY'), isNew: false };
  if (!isEmbedded) return null;
  const file = join(dataDir, 'bootstrap-key');
  const kept = await readKept(file);
  if (kept !== null) return { key: checked(kept, file), isNew: false };
  return { key: await make(file, dataDir), isNew: true };
}

async function readKept(file: string): Promise<string | null> {
  try {
    const text = await readFile(file, 'utf8');
    // A copied data folder may have lost it.
    await chmod(file, 0o600);
    return text.trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The file is there, whole and on disk before the key is stored or shown; `wx` never overwrites another's. */
async function make(file: string, dataDir: string): Promise<string> {
  const key = generateApiKey();
  await mkdir(dataDir, { recursive: true });
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(`${key}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return key;
}

function checked(key: string, origin: string): string {
  if (!isApiKey(key))
    throw new Error(`${origin} is not a key: "cdk_" and 32 to 128 letters, digits, "-" or "_" are needed`);
  return key;
}
