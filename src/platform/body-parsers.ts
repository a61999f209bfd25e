import type { FastifyInstance, FastifyRequest } from 'fastify';
import { problem } from './errors.js';
import { parseStrictJson } from './strict-json.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set by `@RouteConfig({ streamsBody: true })`: the handler gets the body as a stream, unparsed and unbounded. */
    streamsBody?: boolean;
  }
}

/** The types of which a route may take the body as it comes. */
const streamedTypes = [
  'application/x-ndjson',
  'text/csv',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
];

/**
 * Registers the only ways in which a body is read: strict JSON, and for routes that ask for it a raw stream of NDJSON,
 * CSV or Excel. Everything else is a 415.
 */
export function addBodyParsers(instance: FastifyInstance): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    try {
      if (!isUtf8Type(request)) throw problem('unsupported_media_type');
      done(null, parseStrictJson(body));
    } catch (error) {
      done(error as Error);
    }
  });
  instance.addContentTypeParser(streamedTypes, (request, payload, done) => {
    if (request.routeOptions.config.streamsBody && isUtf8Type(request)) done(null, payload);
    else done(problem('unsupported_media_type'));
  });
}

/** UTF-8 is what JSON is in and what we read; a client that says otherwise means other bytes. */
function isUtf8Type(request: FastifyRequest): boolean {
  const charset = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(request.headers['content-type'] ?? '')?.[1];
  return charset === undefined || /^utf-?8$/i.test(charset);
}
