import { dirname } from 'node:path';
import { createRequire } from 'node:module';
import fastifyStatic from '@fastify/static';
import type { INestApplication } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Nothing but this service's own files: no other host, no inline script or style, no frame around it. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>Cardea API</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css" />
    <link rel="icon" href="/docs/favicon-32x32.png" />
  </head>
  <body>
    <div id="ui"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script src="/docs/start.js"></script>
  </body>
</html>
`;

// validatorUrl: by default the page would send the document's address to a validator of Swagger's.
const script = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#ui', deepLinking: true, validatorUrl: null });\n`;

/** The files of the package that the page needs; the rest of it is not served. */
const files = new Set(['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png']);

/**
 * Serves the document at `/openapi.json` and a page to browse and try it at `/docs`. Both are public, as the source is.
 *
 * @param app before it listens
 * @param build makes the document, at the first request for it
 */
export function serveDocs(app: INestApplication, build: () => OpenAPIObject): void {
  const instance = app.getHttpAdapter().getInstance() as FastifyInstance;
  let json: string | undefined;
  instance.get('/openapi.json', (_, reply) => {
    json ??= JSON.stringify(build());
    return cacheable(reply).type('application/json').send(json);
  });
  instance.get('/docs', (_, reply) =>
    cacheable(reply)
      .header('content-security-policy', contentSecurityPolicy)
      .type('text/html; charset=utf-8')
      .send(page),
  );
  instance.get('/docs/start.js', (_, reply) => cacheable(reply).type('text/javascript; charset=utf-8').send(script));
  void instance.register(fastifyStatic, {
    root: swaggerUiFolder(),
    prefix: '/docs/',
    index: false,
    // Listed files only: the package also holds a page of its own, with another policy in mind.
    allowedPath: (path) => files.has(path.replace(/^\//, '')),
    cacheControl: false,
    // The console's files are sent by what is registered for them.
    decorateReply: false,
    setHeaders: (reply) => {
      cacheable(reply);
    },
  });
}

/** For a minute: the page is the same for everyone, and a new release shows soon. */
function cacheable(reply: FastifyReply): FastifyReply {
  return reply.header('cache-control', 'public, max-age=60');
}

/** The page comes from the package that Nest's OpenAPI module brings along. */
function swaggerUiFolder(): string {
  const nest = createRequire(createRequire(import.meta.url).resolve('@nestjs/swagger'));
  return dirname(nest.resolve('swagger-ui-dist/package.json'));
}
