import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import type { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { accessKey } from './access.js';

type Handler = (...args: unknown[]) => unknown;

/**
 * Finds routes that the guard could not protect: without `@Access`, or with an office in their path that is not called
 * `office`, which is the parameter that the guard compares with the office of the key.
 *
 * @returns a line for each, empty when all is well
 */
export function routesWithoutAccess(discovery: DiscoveryService, scanner: MetadataScanner): string[] {
  return discovery.getControllers().flatMap(({ metatype }) => {
    if (typeof metatype !== 'function') return [];
    const prototype = metatype.prototype as Record<string, Handler>;
    return scanner.getAllMethodNames(prototype).flatMap((name) => {
      const handler = prototype[name];
      return handler ? faultsOf(`${metatype.name}.${name}`, metatype, handler) : [];
    });
  });
}

function faultsOf(name: string, controller: object, handler: Handler): string[] {
  const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
  if (method === undefined) return [];
  const paths = [controller, handler].map((part) => [Reflect.getMetadata(PATH_METADATA, part)].flat().join(' '));
  const faults: string[] = [];
  if (!Reflect.hasMetadata(accessKey, handler)) faults.push(`${name} has no @Access`);
  if (/offices\/:(?!office\b)/.test(paths.join('/'))) faults.push(`${name} does not call its office ":office"`);
  return faults;
}
