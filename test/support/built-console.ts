import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Builds the console where what is built is older than its sources. Before the workers of tests start: they share it. */
export function ensureConsoleBuilt(): void {
  const built = 'console/dist/index.html';
  if (existsSync(built) && statSync(built).mtimeMs > newestSource()) return;
  execFileSync('npm', ['run', '--silent', 'build', '--workspace', 'console'], { stdio: 'inherit' });
}

function newestSource(): number {
  const own = ['index.html', 'package.json', 'vite.config.ts', 'precompress.ts'];
  const sources = readdirSync('console/src', { recursive: true, encoding: 'utf8' }).map((path) => join('src', path));
  return Math.max(...[...own, ...sources].map((path) => statSync(join('console', path)).mtimeMs));
}
