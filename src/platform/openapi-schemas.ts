import type { OpenAPIObject, StandardSchemaConverter } from '@nestjs/swagger';
import { z } from 'zod';

const componentPrefix = '#/components/schemas/';

/**
 * Writes zod schemas into the document as OpenAPI 3.1 has them, which is JSON Schema 2020-12. A schema with an id
 * (`.meta({ id: 'Dossier' })`) becomes a component. What is sent to us may differ from what we answer (defaults,
 * transforms), so a component of a request is called `<id>Input` until {@link mergeEqualComponents} finds it the same.
 */
export const toOpenApiSchema: StandardSchemaConverter = (schema, { schemaType }) => {
  if (!(schema instanceof z.ZodType)) return undefined;
  const { $defs = {}, ...root } = z.toJSONSchema(schema, {
    io: schemaType,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // Answers may gain members; only a strict object promises that there are no others.
      const { def } = zodSchema._zod;
      if (schemaType === 'output' && def.type === 'object' && !def.catchall) delete jsonSchema.additionalProperties;
    },
  });
  delete root.$schema;
  const suffix = schemaType === 'input' ? 'Input' : '';
  const components: Record<string, unknown> = {};
  for (const [name, definition] of Object.entries($defs)) {
    // An unnamed recursive schema would get a name that the next one gets as well.
    if (name.startsWith('__')) throw new Error('a schema that contains itself needs an id: .meta({ id })');
    components[name + suffix] = withSuffix(definition, suffix);
  }
  return { schema: withSuffix(root, suffix), components };
};

function withSuffix(schema: unknown, suffix: string): unknown {
  return mapRefs(schema, (ref) => ref.replace('#/$defs/', componentPrefix) + suffix);
}

/** Lets requests and answers share the components that are the same in both, and puts components in order. */
export function mergeEqualComponents(document: OpenAPIObject): OpenAPIObject {
  const schemas = (document.components?.schemas ?? {}) as Record<string, unknown>;
  const plain = (ref: string) => ref.replace(/Input$/, '');
  const same = new Set<string>();
  for (const [name, schema] of Object.entries(schemas)) {
    const answer = name.endsWith('Input') ? schemas[plain(name)] : undefined;
    if (answer === undefined || JSON.stringify(answer) === JSON.stringify(mapRefs(schema, plain))) same.add(name);
  }
  // A schema stays apart as long as something inside it does.
  for (let changed = true; changed;) {
    changed = false;
    for (const name of same) {
      if (name.endsWith('Input') && refsOf(schemas[name]).some((ref) => !same.has(ref))) {
        changed = same.delete(name);
      }
    }
  }
  const rename = (ref: string) => (ref.endsWith('Input') && same.has(nameOf(ref)) ? plain(ref) : ref);
  const merged = Object.entries(schemas).map(([name, schema]) => [rename(name), mapRefs(schema, rename)] as const);
  const sorted = merged.sort(([a], [b]) => (a < b ? -1 : 1));
  const components = { ...document.components, schemas: Object.fromEntries(sorted) };
  return { ...document, paths: mapRefs(document.paths, rename), components } as OpenAPIObject;
}

function nameOf(ref: string): string {
  return ref.replace(componentPrefix, '');
}

function refsOf(schema: unknown): string[] {
  const names: string[] = [];
  mapRefs(schema, (ref) => {
    names.push(nameOf(ref));
    return ref;
  });
  return names;
}

/** A copy of a document's part with every `$ref` changed. */
function mapRefs(part: unknown, change: (ref: string) => string): unknown {
  if (Array.isArray(part)) return part.map((item) => mapRefs(item, change));
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(
    Object.entries(part).map(([name, value]) => [
      name,
      name === '$ref' && typeof value === 'string' ? change(value) : mapRefs(value, change),
    ]),
  );
}
