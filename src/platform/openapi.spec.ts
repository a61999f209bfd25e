import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { startSmallApp, type SmallApp } from '#test/support/small-app.js';
import { Answers } from './answers.js';
import { Access } from './auth/access.js';
import { serveDocs } from './docs.js';
import { buildOpenApi } from './openapi.js';

const Label = z.strictObject({ name: z.string().max(40) }).meta({ id: 'Label' });
const Member = z.object({ id: z.string(), primary: z.boolean().default(false) }).meta({ id: 'Member' });
const Thing = z
  .strictObject({ label: Label, members: z.array(Member), note: z.string().nullable() })
  .meta({ id: 'Thing' });
const Id = z.string().max(128);

@Controller('v1/offices/:office/things')
class ThingsController {
  @Post(':id')
  @Access('write')
  @Answers(200, Thing)
  write(
    @Param('office', { schema: Id }) _office: string,
    @Param('id', { schema: Id }) _id: string,
    @Query({
      schema: z.strictObject({ limit: z.coerce.number().int().max(1_000).default(100), q: z.string().optional() }),
    })
    _query: object,
    @Body({ schema: Thing }) body: z.infer<typeof Thing>,
  ): z.infer<typeof Thing> {
    return body;
  }
}

@Controller()
class OtherController {
  @Get('open')
  @Access('public')
  @Answers(200, Label)
  open(): z.infer<typeof Label> {
    return { name: 'a' };
  }

  @Post('offices/:office/access/v1/evaluation')
  @Access('check')
  @Answers(200, z.object({ decision: z.boolean() }))
  evaluate(@Param('office', { schema: Id }) office: string): { decision: boolean } {
    return { decision: office === 'o1' };
  }
}

let app: SmallApp;
let document: OpenAPIObject;
beforeAll(async () => {
  app = await startSmallApp({
    controllers: [ThingsController, OtherController],
    prepare: (one) => serveDocs(one, () => buildOpenApi(one, { version: '1.2.3' })),
  });
  document = (await (await app.fetch('/openapi.json')).json()) as OpenAPIObject;
});
afterAll(() => app.close());

describe('the OpenAPI document', () => {
  it('is OpenAPI 3.1 with the version of the service', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Cardea', version: '1.2.3' } });
  });

  it('has parameters, body and answer from the schemas', () => {
    const operation = document.paths['/v1/offices/{office}/things/{id}']?.post;
    expect(operation).toMatchObject({
      operationId: 'Things_write',
      requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/ThingInput' } } } },
      responses: { 200: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } } } },
      security: [{ bearer: [] }],
      'x-scopes': ['write'],
    });
    expect(operation?.parameters).toMatchObject([
      { name: 'office', in: 'path', required: true, schema: { type: 'string', maxLength: 128 } },
      { name: 'id', in: 'path', required: true },
      { name: 'limit', in: 'query', required: false, schema: { type: 'integer', maximum: 1_000, default: 100 } },
      { name: 'q', in: 'query', required: false },
      { $ref: '#/components/parameters/Actor' },
    ]);
  });

  it('keeps what we are sent and what we answer apart only where they differ', () => {
    const schemas = document.components?.schemas as Record<
      string,
      { required?: string[]; additionalProperties?: unknown }
    >;
    expect(Object.keys(schemas)).toEqual(
      expect.arrayContaining(['Label', 'Member', 'MemberInput', 'Thing', 'ThingInput']),
    );
    expect(schemas).not.toHaveProperty('LabelInput');
    expect(schemas['MemberInput']?.required).toEqual(['id']);
    expect(schemas['Member']?.required).toEqual(['id', 'primary']);
    expect(schemas['Member']).not.toHaveProperty('additionalProperties');
    expect(schemas['Thing']?.additionalProperties).toBe(false);
  });

  it('says how every operation fails', () => {
    for (const [path, item] of Object.entries(document.paths)) {
      for (const operation of Object.values(item) as { responses: Record<string, unknown> }[]) {
        const kind = path.startsWith('/offices/') ? 'Message' : 'Problem';
        expect(operation.responses['default']).toEqual({ $ref: `#/components/responses/${kind}` });
      }
    }
  });

  it('has no reference to nowhere', () => {
    const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(refs.length).toBeGreaterThan(5);
    for (const ref of refs) {
      const found = ref.split('/').reduce<unknown>((part, name) => (part as Record<string, unknown>)[name], document);
      expect(found).toBeDefined();
    }
  });

  it('asks for no key on a public route', () => {
    expect(document.paths['/open']?.get).not.toHaveProperty('security');
  });
});

describe('the page at /docs', () => {
  it('loads nothing from elsewhere and runs nothing inline, and its policy says so', async () => {
    const answer = await app.fetch('/docs');
    const html = await answer.text();
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self'",
    );
    expect(html).not.toMatch(/https?:|<script>|<style|style=| on\w+=/);
  });

  it('gets every file that it names from this service', async () => {
    const html = await (await app.fetch('/docs')).text();
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(files).toHaveLength(4);
    for (const file of files) {
      const answer = await app.fetch(file);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
      expect(answer.headers.get('content-type')).toMatch(
        /^(text\/(css|javascript)|image\/png|application\/javascript)/,
      );
      await answer.body?.cancel();
    }
  });

  it.each(['index.html', 'swagger-initializer.js', 'package.json', '..%2fpackage.json', '%2e%2e/package.json', ''])(
    'attack: serves nothing else of its package, and nothing beside it: %s',
    async (file) => {
      expect((await app.fetch(`/docs/${file}`)).status).toBe(404);
    },
  );
});
