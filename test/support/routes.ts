import type { Api } from './api.js';

/** One operation of the OpenAPI document. */
export interface Route {
  method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  /** With its parameters in braces. */
  path: string;
  hasBody: boolean;
  /** The names of what its query may have. */
  query: readonly string[];
  scopes: readonly string[];
}

interface Operation {
  requestBody?: unknown;
  parameters?: { name?: string; in?: string }[];
  'x-scopes'?: string[];
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
}

/** Every operation that the running service describes, so that a test which goes through them meets a new one too. */
export async function describedRoutes(api: Api): Promise<Route[]> {
  const { body } = await api.get<Document>('/openapi.json');
  return Object.entries(body.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method as Route['method'],
      path,
      hasBody: operation.requestBody !== undefined,
      query: (operation.parameters ?? []).flatMap((one) => (one.in === 'query' && one.name ? [one.name] : [])),
      scopes: operation['x-scopes'] ?? [],
    })),
  );
}

/** The path with each parameter replaced by what `value` says for its name. */
export function fillPath(path: string, value: (parameter: string) => string): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(value(name)));
}
