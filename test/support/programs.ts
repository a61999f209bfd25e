import { execFileSync } from 'node:child_process';

/**
 * Sees to it that a program of Debian's is there: from PATH, or installed where it is missing and we may.
 *
 * @param program its name, which must understand `option`
 * @param debianPackage what to install it from
 * @throws Error that says which command to run
 */
export function ensureProgram(program: string, option: string, debianPackage: string): void {
  if (isThere(program, option)) return;
  const install = `apt-get update && apt-get install -y ${debianPackage}`;
  if (process.getuid?.() !== 0) throw new Error(`${program} is missing; as root: ${install}`);
  execFileSync('sh', ['-c', install], { stdio: 'ignore' });
  if (!isThere(program, option)) throw new Error(`${program} is missing, also after: ${install}`);
}

function isThere(program: string, option: string): boolean {
  try {
    execFileSync(program, [option], { stdio: 'ignore' });
    return true;
  } catch (error) {
    // One that answers with a status of its own is there.
    return (error as NodeJS.ErrnoException).code !== 'ENOENT';
  }
}
