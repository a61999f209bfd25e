import type { FastifyInstance } from 'fastify';

/**
 * Remembers which methods each route has, so that a path that exists with another method is answered with 405 and
 * `Allow` instead of 404. Fastify itself tells the two apart only inside its router.
 */
export class AllowedMethods {
  readonly #routes = new Map<string, { pattern: RegExp; methods: Set<string> }>();

  /** Starts to watch; call it before the routes are registered. */
  constructor(instance: FastifyInstance) {
    instance.addHook('onRoute', ({ url, method }) => {
      const route = this.#routes.get(url) ?? { pattern: toPattern(url), methods: new Set<string>() };
      for (const one of [method].flat()) route.methods.add(one);
      this.#routes.set(url, route);
    });
  }

  /**
   * The methods that a path can be asked with, sorted; empty when there is no such path.
   *
   * @param url path and query of a request
   */
  at(url: string): string[] {
    const path = url.split('?', 1)[0] ?? '';
    const methods = new Set<string>();
    for (const route of this.#routes.values()) {
      if (route.pattern.test(path)) for (const method of route.methods) methods.add(method);
    }
    return [...methods].sort();
  }
}

/** A route pattern of find-my-way as a regular expression: `:name` is one segment, `*` the rest. */
function toPattern(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace('*', '.*')))
    .join('/');
  return new RegExp(`^${source}$`);
}
