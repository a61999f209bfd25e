import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = process.cwd();

/** Jest loads this file outside its own module system: imports are mapped to the sources as `jest.config.js` does it. */
function mapImports(): { deregister(): void } {
  return registerHooks({
    resolve(specifier, context, next) {
      const own = /^#(src|test|migrations)\/(.*)\.js$/.exec(specifier);
      if (own) return next(join(root, String(own[1]), `${own[2]}.ts`), context);
      const ours =
        context.parentURL?.startsWith(pathToFileURL(root).href) && !context.parentURL.includes('/node_modules/');
      return next(ours ? specifier.replace(/^(\..*)\.js$/, '$1.ts') : specifier, context);
    },
  });
}

/** Runs once before the first test that needs servers: see `servers.ts`. */
export default async function setup(): Promise<void> {
  const hooks = mapImports();
  try {
    const { startServers } = await import('#test/support/servers.js');
    await startServers();
  } finally {
    hooks.deregister();
  }
}
