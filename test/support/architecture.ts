/**
 * The house rules on imports as a function of file texts, so that a test can feed it the real tree and made-up bad
 * ones. Type-only imports count like any other: they too are something that a reader has to follow.
 */
import { dirname, join } from 'node:path/posix';
import { findCycles } from './import-cycles.js';
import { readSource, type SourceFacts } from './source-facts.js';

/**
 * Which room may import which: a room's name opens all of it, `room/file` that one file. A room may always import
 * itself. This is the table of the house; a room that is not in it may not exist.
 */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  platform: [],
  relations: ['platform'],
  audit: ['platform'],
  policy: ['platform', 'relations/vocabulary'],
  ability: ['policy', 'relations', 'platform'],
  check: ['ability', 'audit', 'platform', 'relations/vocabulary'],
  session: ['platform', 'relations/person', 'relations/vocabulary'],
  admin: ['relations', 'ability', 'audit', 'platform'],
};

/** The one file that reads the environment. */
const settingsFile = 'src/platform/settings.ts';
/** Names that say nothing about what is inside: the longest files of good servers sit there. */
const emptyNames = /^(common|shared|utils?|helpers?|misc)$/;
/** The files beside the rooms: the map of them, and what starts a process. They may import every room. */
const rootFiles =
  /^(app\.module|app|welcome|own-write|self-probe|policy-trail|workers|main|[a-z-]+\.main|[a-z.-]+\.spec)\.ts$/;

/** Paths from the project's root (`src/room/file.ts`), with the text of each file. */
export type Tree = ReadonlyMap<string, string>;

/**
 * Everything in the tree that breaks a rule of the house, as `path: what is wrong`, in the order of the paths:
 * - a file stands in a room of the table, or is the app module or the main file of a process at the root of `src`;
 * - across rooms one writes `#src/room/file.js`, and only as the table allows;
 * - inside a room one writes `./file.js` for what stands in the same folder or below it. For what stands beside or
 *   above a subfolder it is `#src/room/file.js` again: `../` is never written, so that a path reads the same anywhere;
 * - no cycles among files, no barrels, no `forwardRef`, no empty names, no `process.env` but in the settings.
 */
export function violationsOf(tree: Tree): string[] {
  const paths = [...tree.keys()].filter((path) => /^src\/.*\.ts$/.test(path)).sort();
  const graph = new Map<string, string[]>();
  const violations: string[] = [];
  for (const path of paths) {
    const facts = readSource(path, tree.get(path) ?? '');
    const problems = [
      ...placeProblems(path),
      ...contentProblems(path, facts),
      ...facts.imports.flatMap((specifier) => importProblems(path, specifier)),
    ];
    violations.push(...problems.map((problem) => `${path}: ${problem}`));
    graph.set(
      path,
      facts.imports.flatMap((specifier) => targetOf(path, specifier) ?? []),
    );
  }
  return [
    ...violations,
    ...findCycles(graph).map((cycle) => `${cycle[0]}: imports itself through ${cycle.join(' → ')}`),
  ];
}

/** The room of a file in `src`; `undefined` at its root. */
function roomOf(path: string): string | undefined {
  const parts = path.split('/');
  return parts.length > 2 ? parts[1] : undefined;
}

function placeProblems(path: string): string[] {
  const [, ...parts] = path.split('/');
  const room = roomOf(path);
  const problems: string[] = [];
  if (room === undefined && !rootFiles.test(parts[0] ?? '')) problems.push('stands in no room');
  if (room !== undefined && !(room in rooms)) problems.push(`stands in ${room}, which is no room of the house`);
  for (const name of parts.map((part) => part.split('.')[0] ?? '').filter((part) => emptyNames.test(part))) {
    problems.push(`is named ${name}, which says nothing`);
  }
  if (parts.at(-1) === 'index.ts') problems.push('is a barrel');
  return problems;
}

function contentProblems(path: string, facts: SourceFacts): string[] {
  return [
    ...(facts.onlyReExports ? ['only exports again what is in other files: a barrel'] : []),
    ...(facts.usesForwardRef ? ['uses forwardRef'] : []),
    ...(facts.readsEnvironment && path !== settingsFile ? [`reads process.env, which ${settingsFile} does`] : []),
  ];
}

function importProblems(path: string, specifier: string): string[] {
  if (specifier.startsWith('#test/') && !path.endsWith('.spec.ts')) return [`imports ${specifier} outside a spec`];
  if (specifier.split('/').includes('..')) return [`imports ${specifier}: write #src/…`];
  const target = targetOf(path, specifier);
  if (target === undefined) return [];
  if (!/^(#src|\.)\/.+\.js$/.test(specifier)) return [`imports ${specifier}, which names no file`];
  const [from, to] = [roomOf(path), roomOf(target)];
  if (specifier.startsWith('./')) {
    return from === to ? [] : [`imports another room by ${specifier}: write #src/…`];
  }
  if (from === to) {
    const isBelow = target.startsWith(`${dirname(path)}/`);
    return isBelow ? [`imports ${specifier}, which stands in its own folder: write ./…`] : [];
  }
  if (from === undefined) return [];
  if (to === undefined) return [`imports ${specifier}, which is above the rooms`];
  const allowed = rooms[from] ?? [];
  const isAllowed = allowed.includes(to) || allowed.includes(target.slice('src/'.length, -'.ts'.length));
  return isAllowed ? [] : [`imports ${specifier}: ${from} may not see ${to}`];
}

/** The file in `src` that an import means; `undefined` for packages and what is outside. */
function targetOf(path: string, specifier: string): string | undefined {
  const isRelative = specifier.startsWith('.');
  if (!isRelative && !/^#src(\/|$)/.test(specifier)) return undefined;
  const target = isRelative ? join(dirname(path), specifier) : specifier.replace('#src', 'src');
  return target.replace(/\.js$/, '.ts');
}
