import { type ArgumentMetadata, StandardSchemaValidationPipe } from '@nestjs/common';
import { z } from 'zod';
import { problem } from './errors.js';

/**
 * The global pipe: every parameter with a schema (`@Body({ schema })`, `@Query({ schema })`, `@Param('id', { schema })`)
 * is parsed by it, and a handler sees only what the schema made of it.
 *
 * Differs from Nest's own in two ways. A problem keeps zod's issues, so that the filter can say them in the caller's
 * language. And it does not walk through every value to delete `__proto__` and `constructor`: bodies that hold such
 * names were refused by the parser, and the query's object has no prototype.
 */
export class ZodPipe extends StandardSchemaValidationPipe {
  override transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    const { schema } = metadata;
    if (!schema || !this.toValidate(metadata)) return Promise.resolve(value);
    if (!(schema instanceof z.ZodType)) return Promise.reject(new Error('schemas of parameters are zod schemas'));
    if (metadata.type === 'query') refuseNul(value);
    const first = schema.safeParse(value);
    if (first.success) return Promise.resolve(first.data as T);
    // Again with the input kept, which zod's texts in other languages need; costs nothing for a good request.
    const issues = schema.safeParse(value, { reportInput: true }).error?.issues ?? first.error.issues;
    return Promise.reject(problem('invalid_request', {}, { issues: located(issues, metadata.data) }));
  }
}

/** PostgreSQL keeps no NUL in a text. The parser of bodies refuses one, that of queries does not. */
function refuseNul(query: unknown): void {
  for (const [path, value] of Object.entries(query as Record<string, string | string[]>)) {
    if (!value.includes('\0') && ![value].flat().some((text) => text.includes('\0'))) continue;
    throw problem('invalid_request', {}, { errors: [{ path: path.replaceAll('\0', ''), message: 'a NUL character' }] });
  }
}

/** A single parameter has a name but no path: the name is the place. */
function located(issues: readonly z.core.$ZodIssue[], name: unknown): readonly z.core.$ZodIssue[] {
  return typeof name === 'string' ? issues.map((issue) => ({ ...issue, path: [name, ...issue.path] })) : issues;
}
