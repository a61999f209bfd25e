import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { INestApplication } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Nothing but the service's own files and answers: no other host, no inline script or style, no frame around it. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "font-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const notBuilt = `The console is not built. This command builds it:

    npm run build:console
`;

/** What the build names by a hash of the content: a name never means another file. */
const hashed = /^assets\/[^/]+$/;
/** Other files beside the page, such as its icon. */
const beside = /^[\w.-]+\.(?:ico|json|png|svg|txt|webmanifest)$/;
const yearSeconds = 31_536_000;

/**
 * Serves the console, which `npm run build:console` puts into a folder: its files, and its one page at every
 * other address below `/console`, so that a link leads into the middle of it.
 *
 * @param app before it listens
 */
export function serveConsole(app: INestApplication, folder = 'console/dist'): void {
  const root = resolve(folder);
  const instance = app.getHttpAdapter().getInstance() as FastifyInstance;
  void instance.register(fastifyStatic, { root, serve: false, cacheControl: false, preCompressed: true });
  instance.get('/', (_, reply) => reply.redirect('console', 302));
  const page = (_: FastifyRequest, reply: FastifyReply) => answerPage(root, reply);
  instance.get('/console', page);
  instance.get<{ Params: { '*': string } }>('/console/*', (request, reply) => {
    const path = request.params['*'];
    const isFile = (hashed.test(path) || beside.test(path)) && existsSync(join(root, path));
    if (isFile) {
      const caching = hashed.test(path) ? `public, max-age=${yearSeconds}, immutable` : 'public, max-age=60';
      return secured(reply).header('cache-control', caching).sendFile(path);
    }
    // A file of a former build is not there any more; the page in its place would be taken for a script.
    if (hashed.test(path) && !(request.headers.accept ?? '').includes('text/html')) return reply.callNotFound();
    return answerPage(root, reply);
  });
}

function answerPage(root: string, reply: FastifyReply) {
  secured(reply).header('cache-control', 'no-cache');
  if (existsSync(join(root, 'index.html'))) return reply.sendFile('index.html');
  return reply.code(503).type('text/plain; charset=utf-8').send(notBuilt);
}

function secured(reply: FastifyReply): FastifyReply {
  return reply.headers({
    'content-security-policy': contentSecurityPolicy,
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'same-origin',
  });
}
