import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { mergeEqualComponents, toOpenApiSchema } from './openapi-schemas.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;

/** What the document says about the service as a whole. */
export interface OpenApiOptions {
  version: string;
}

const description = `Answers "may this collaborator open this dossier?" for accountancy offices, and keeps the facts that the answer follows from.

Errors are \`application/problem+json\` with a stable \`code\`; their text comes in the language of \`Accept-Language\` (en, fr, nl, de). Every answer carries \`X-Request-ID\`.`;

/**
 * Builds the OpenAPI 3.1 document from the routes of an app and their schemas. It depends on the code alone, so the
 * committed file can be compared with it.
 *
 * @param app an initialised app; it need not listen
 */
export function buildOpenApi(app: INestApplication, { version }: OpenApiOptions): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Cardea')
    .setDescription(description)
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'An API key (`cdk_…`) or an OIDC access token.' },
      'bearer',
    )
    .build();
  const document = SwaggerModule.createDocument(app, config, {
    standardSchemaConverter: toOpenApiSchema,
    operationIdFactory: (controller, method) => `${controller.replace(/Controller$/, '')}_${method}`,
  });
  const merged = mergeEqualComponents(document);
  for (const [path, item] of Object.entries(merged.paths)) {
    for (const operation of operationsOf(item)) complete(operation, path);
  }
  return { ...merged, components: { ...merged.components, ...shared(merged) } };
}

/** What is the same for all operations and is written once. */
function shared({ components }: OpenAPIObject): OpenAPIObject['components'] {
  return {
    schemas: { ...components?.schemas, Problem: problemSchema },
    responses: {
      ...components?.responses,
      Problem: {
        description: 'An error; `code` says which. See `docs/errors.md`.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
      Message: {
        description: 'An error.',
        content: {
          'application/json': {
            schema: { type: 'object', properties: { message: { type: 'string' } }, required: ['message'] },
          },
        },
      },
    },
    parameters: {
      ...components?.parameters,
      Actor: {
        name: 'Cardea-Actor',
        in: 'header',
        description: 'With an API key: the collaborator that the request acts for. Their policies apply.',
        schema: { type: 'string', maxLength: 128 },
      },
    },
  };
}

const problemSchema = {
  type: 'object',
  description: 'RFC 9457. May carry more members than listed.',
  required: ['type', 'title', 'status', 'code', 'detail', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri', description: '`urn:cardea:error:<code>`' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', description: 'Stable.' },
    detail: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
    requestId: { type: 'string' },
  },
};

function operationsOf(item: PathItem): Operation[] {
  const { get, put, post, patch, delete: remove } = item;
  return [get, put, post, patch, remove].filter((operation) => operation !== undefined);
}

/** Adds to an operation what every operation has: errors, and the actor where there can be one. */
function complete(operation: Operation, path: string): void {
  const isAuthzen = path.startsWith('/offices/');
  const error = { $ref: `#/components/responses/${isAuthzen ? 'Message' : 'Problem'}` };
  operation.responses = { ...operation.responses, default: operation.responses['default'] ?? error };
  const scopes = (operation as { 'x-scopes'?: unknown })['x-scopes'];
  const hasActor = Array.isArray(scopes) && (scopes.includes('read') || scopes.includes('write')) && !isAuthzen;
  if (hasActor) operation.parameters = [...(operation.parameters ?? []), { $ref: '#/components/parameters/Actor' }];
  operation.parameters = [...unnamed(operation, path), ...(operation.parameters ?? [])];
}

/** The members of the path that no schema of the route describes, such as the office: OpenAPI wants all of them. */
function unnamed(operation: Operation, path: string): NonNullable<Operation['parameters']> {
  const named = new Set((operation.parameters ?? []).map((parameter) => 'name' in parameter && parameter.name));
  return [...path.matchAll(/\{(\w+)\}/g)]
    .map(([, name = '']) => name)
    .filter((name) => !named.has(name))
    .map((name) => ({ name, in: 'path', required: true, schema: { type: 'string', maxLength: 128 } }));
}
