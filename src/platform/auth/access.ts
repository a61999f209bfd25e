import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiExtension } from '@nestjs/swagger';
import type { Scope } from './principal.js';

/** What a route is for, which is what its callers must be allowed: a scope, or nothing at all. */
export type Access = Scope | 'public';

/** What the guard reads of a route. */
export interface AccessRule {
  readonly access: Access;
  /** A caller needs one of these; empty for a public route. */
  readonly any: readonly Scope[];
}

/** Where the rule of a route is kept. */
export const accessKey = 'cardea:access';

/**
 * The one decorator that says who may use a route; a route without it stops the start of the service.
 *
 * @param access what the route is for: `@Access('read')`
 * @param options `any`: other scopes that are as good: `@Access('read', { any: ['write'] })`
 */
export function Access(access: Access, options: { any?: readonly Scope[] } = {}): MethodDecorator {
  if (access === 'public') return SetMetadata(accessKey, { access, any: [] } satisfies AccessRule);
  const any = [...new Set([access, ...(options.any ?? [])])];
  return applyDecorators(
    SetMetadata(accessKey, { access, any } satisfies AccessRule),
    ApiBearerAuth('bearer'),
    ApiExtension('x-scopes', any),
  );
}
