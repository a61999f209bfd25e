import { Controller, Get, Param, Post, Req, type Type } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import { UnavailableError } from '#src/platform/unavailable.js';
import { startSmallApp, type SmallApp } from '#test/support/small-app.js';
import { Access } from './access.js';
import { generateApiKey } from './api-keys.js';

const seen = ({ principal, actor, access }: FastifyRequest) => ({
  principal: principal ?? null,
  actor: actor ?? null,
  access,
});

@Controller('v1/offices/:office')
class OfficeRoutes {
  @Post('can-access')
  @Access('check')
  check(@Req() request: FastifyRequest): unknown {
    return seen(request);
  }

  @Get('dossiers')
  @Access('read', { any: ['write'] })
  list(@Req() request: FastifyRequest): unknown {
    return seen(request);
  }

  @Post('dossiers')
  @Access('write')
  write(@Req() request: FastifyRequest): unknown {
    return seen(request);
  }
}

@Controller()
class OtherRoutes {
  @Get('policies')
  @Access('read')
  policies(@Req() request: FastifyRequest): unknown {
    return seen(request);
  }

  @Get('engine')
  @Access('operate')
  engine(@Req() request: FastifyRequest): unknown {
    return seen(request);
  }

  @Get('open')
  @Access('public')
  open(@Req() request: FastifyRequest): unknown {
    return seen(request);
  }
}

let app: SmallApp;
beforeAll(async () => {
  app = await startSmallApp({ controllers: [OfficeRoutes, OtherRoutes], level: 'debug' });
});
afterAll(() => app.close());

async function ask(method: string, path: string, authorization?: string, headers: Record<string, string> = {}) {
  const answer = await app.fetch(path, { method, headers: { ...headers, ...(authorization && { authorization }) } });
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
}

describe('who is asking', () => {
  it('is nobody on a public route, whatever they send', async () => {
    const { body } = await ask('GET', '/open', 'Bearer cdk_nonsense', { 'cardea-actor': 'c1' });
    expect(body).toEqual({ principal: null, actor: null, access: 'public' });
  });

  it('is the key of the Authorization header, its scheme in any case', async () => {
    const key = app.keys.add({ office: 'o1', id: 'mine', scopes: ['check'] });
    for (const scheme of ['Bearer', 'bearer', 'BEARER ']) {
      const { status, body } = await ask('POST', '/v1/offices/o1/can-access', `${scheme} ${key}`);
      expect(status).toBe(201);
      expect(body['principal']).toMatchObject({ kind: 'key', office: 'o1', id: 'mine', scopes: ['check'] });
    }
  });

  it.each([
    ['nothing', undefined, 'Bearer realm="cardea"'],
    ['a word', 'undefined', 'Bearer realm="cardea", error="invalid_token"'],
    ['Basic', 'Basic YTpi', 'Bearer realm="cardea", error="invalid_token"'],
    ['two credentials', 'Bearer a b', 'Bearer realm="cardea", error="invalid_token"'],
    ['an unknown key', `Bearer ${generateApiKey()}`, 'Bearer realm="cardea", error="invalid_token"'],
    [
      'a token where no issuer is configured',
      'Bearer eyJhbGciOiJub25lIn0.e30.',
      'Bearer realm="cardea", error="invalid_token"',
    ],
  ])('attack: %s is a 401 with a challenge', async (_, authorization, challenge) => {
    const { status, headers, body } = await ask('POST', '/v1/offices/o1/can-access', authorization);
    expect(status).toBe(401);
    expect(body).toMatchObject({ code: 'unauthenticated' });
    expect(headers.get('www-authenticate')).toBe(challenge);
  });

  it('attack: a revoked and an expired key are a 401', async () => {
    const now = new Date();
    for (const stored of [{ revokedAt: now }, { expiresAt: now, now }]) {
      expect((await ask('GET', '/policies', `Bearer ${app.keys.add({ scopes: ['read'], ...stored })}`)).status).toBe(
        401,
      );
    }
  });

  it('attack: a key that is revoked between two requests does not get the second', async () => {
    let revokedAt: Date | null = null;
    const key = app.keys.addLive(() => ({ scopes: ['read'], revokedAt }));
    expect((await ask('GET', '/policies', `Bearer ${key}`)).status).toBe(200);
    revokedAt = new Date();
    expect((await ask('GET', '/policies', `Bearer ${key}`)).status).toBe(401);
  });

  it('is unknown while the key store is away: 503, not 401', async () => {
    app.keys.fail(new UnavailableError('PostgreSQL'));
    try {
      expect((await ask('GET', '/policies', `Bearer ${generateApiKey()}`)).status).toBe(503);
    } finally {
      app.keys.fail(undefined);
    }
  });
});

describe('the scope of a key', () => {
  it.each([
    ['check', 'POST', '/v1/offices/o1/can-access', 201],
    ['read', 'POST', '/v1/offices/o1/can-access', 403],
    ['check', 'GET', '/v1/offices/o1/dossiers', 403],
    ['read', 'GET', '/v1/offices/o1/dossiers', 200],
    ['write', 'GET', '/v1/offices/o1/dossiers', 200],
    ['read', 'POST', '/v1/offices/o1/dossiers', 403],
    ['operate', 'POST', '/v1/offices/o1/dossiers', 403],
    ['write', 'GET', '/engine', 403],
    ['operate', 'GET', '/engine', 200],
  ] as const)('attack: %s may only what it says: %s %s is %i', async (scope, method, path, status) => {
    const answer = await ask(method, path, `Bearer ${app.keys.add({ scopes: [scope] })}`);
    expect(answer.status).toBe(status);
    if (status === 403) {
      expect(answer.body).toMatchObject({ code: 'insufficient_scope' });
      expect(answer.headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="');
    }
  });
});

describe('the office of a key', () => {
  it('attack: another office answers exactly as one that does not exist, whatever the scope', async () => {
    const key = `Bearer ${app.keys.add({ office: 'o1', scopes: ['check'] })}`;
    const same = { 'x-request-id': 'same' };
    const answers = await Promise.all([
      ask('POST', '/v1/offices/o2/can-access', key, same),
      ask('POST', '/v1/offices/nowhere/can-access', key, same),
      ask('POST', '/v1/offices/o2/dossiers', key, same),
      ask('POST', '/v1/offices/O1/can-access', key, same),
      ask('POST', '/v1/offices/o1%20/can-access', key, same),
    ]);
    for (const { status, body } of answers) {
      expect(status).toBe(404);
      expect(body).toEqual(answers[0].body);
      expect(body).toMatchObject({ code: 'office_not_found' });
    }
  });

  it('may be written with percent-encoding', async () => {
    const key = `Bearer ${app.keys.add({ office: 'o/1', scopes: ['check'] })}`;
    expect((await ask('POST', '/v1/offices/o%2F1/can-access', key)).status).toBe(201);
  });

  it('is none for a key of the platform, which sees every office', async () => {
    const key = `Bearer ${app.keys.add({ office: null, scopes: ['check'] })}`;
    expect((await ask('POST', '/v1/offices/any/can-access', key)).status).toBe(201);
  });

  it('attack: a key of an office never operates the service, even with that scope', async () => {
    const key = `Bearer ${app.keys.add({ office: 'o1', scopes: ['operate', 'read'] })}`;
    expect((await ask('GET', '/engine', key)).status).toBe(403);
    expect((await ask('GET', '/metrics', key)).status).toBe(403);
    expect((await ask('GET', '/policies', key)).status).toBe(200);
  });
});

describe('the actor', () => {
  it('is the collaborator that a key acts for', async () => {
    const key = `Bearer ${app.keys.add({ scopes: ['write'] })}`;
    const { body } = await ask('POST', '/v1/offices/o1/dossiers', key, { 'cardea-actor': 'user@office.example' });
    expect(body['actor']).toBe('user@office.example');
    expect((await ask('POST', '/v1/offices/o1/dossiers', key)).body['actor']).toBeNull();
  });

  it.each(['', 'a b', 'c1, c2', '-c1', 'é', 'x'.repeat(129), 'c1\tc2'])(
    'attack: is refused when it is no id, or several: "%s"',
    async (actor) => {
      const key = `Bearer ${app.keys.add({ scopes: ['write'] })}`;
      const { status, body } = await ask('POST', '/v1/offices/o1/dossiers', key, { 'cardea-actor': actor });
      expect(status).toBe(400);
      expect(body).toMatchObject({ code: 'invalid_actor' });
    },
  );

  it('attack: needs a key that may read or write', async () => {
    const key = `Bearer ${app.keys.add({ scopes: ['check'] })}`;
    const { status, body } = await ask('POST', '/v1/offices/o1/can-access', key, { 'cardea-actor': 'c1' });
    expect(status).toBe(403);
    expect(body).toMatchObject({ code: 'insufficient_scope' });
  });
});

describe('the routes', () => {
  // Closed again if it does start, so that the test fails instead of hanging.
  const startAndStop = (controller: Type) =>
    startSmallApp({ controllers: [controller] }).then((started) => started.close());

  it('attack: one that says nothing about its callers stops the start', async () => {
    @Controller('forgotten')
    class Forgotten {
      @Get(':id')
      read(@Param('id') id: string): string {
        return id;
      }
    }
    await expect(startAndStop(Forgotten)).rejects.toThrow('Forgotten.read has no @Access');
  });

  it('attack: one whose office the guard would not see stops the start', async () => {
    @Controller('v1/offices')
    class Misnamed {
      @Get(':id/dossiers')
      @Access('read')
      read(): string {
        return '';
      }
    }
    await expect(startAndStop(Misnamed)).rejects.toThrow('Misnamed.read does not call its office');
  });
});

describe('the log', () => {
  it('attack: has no key, also when it is refused, and no address', async () => {
    const key = app.keys.add({ id: 'logged', scopes: ['check'] });
    await ask('POST', '/v1/offices/secret-office/can-access', `Bearer ${key}`);
    await ask('GET', `/policies?key=${key}`, `Bearer ${key}`);
    const all = app.lines.join('\n');
    expect(all).not.toContain(key.slice(4));
    expect(all).not.toContain('secret-office');
    const line = app.lines
      .map((one) => JSON.parse(one) as Record<string, unknown>)
      .find((one) => one['principal'] === 'platform-key:logged');
    expect(line).toMatchObject({
      level: 'debug',
      method: 'POST',
      route: '/v1/offices/:office/can-access',
      status: 201,
    });
    expect(typeof line?.['latencyMs']).toBe('number');
  });
});
