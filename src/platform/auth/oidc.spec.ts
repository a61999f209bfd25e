import type { webcrypto } from 'node:crypto';
import { createServer } from 'node:http';
import { Controller, Get, Post, Req } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FastifyRequest } from 'fastify';
import {
  base64url,
  exportJWK,
  exportSPKI,
  generateKeyPair,
  importJWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose';
import { startIssuer, type Issuer } from '#test/support/issuer.js';
import { startSmallApp, type SmallApp } from '#test/support/small-app.js';
import { Access } from './access.js';

const audience = 'https://cardea.example/api';

@Controller()
class Routes {
  @Get('me')
  @Access('check')
  me(@Req() { principal, actor }: FastifyRequest): unknown {
    return { principal, actor: actor ?? null };
  }

  @Post('write')
  @Access('write')
  write(): void {}

  @Get('engine')
  @Access('operate')
  engine(): void {}
}

let issuer: Issuer;
let stranger: Issuer;
let app: SmallApp;
beforeAll(async () => {
  issuer = await startIssuer({ email: 'a@office.example', email_verified: true });
  stranger = await startIssuer();
  app = await startSmallApp({ controllers: [Routes], oidc: { issuer: issuer.issuer, audience }, level: 'debug' });
});
afterAll(async () => {
  await app.close();
  await issuer.close();
  await stranger.close();
});

async function ask(token: string, path = '/me', headers: Record<string, string> = {}, method = 'GET') {
  const answer = await app.fetch(path, { method, headers: { authorization: `Bearer ${token}`, ...headers } });
  const text = await answer.text();
  return {
    status: answer.status,
    headers: answer.headers,
    body: text && (JSON.parse(text) as Record<string, unknown>),
  };
}

const now = () => Math.floor(Date.now() / 1_000);

/** What a good token says; tests change one thing. */
function goodClaims(): JWTPayload {
  return { iss: issuer.issuer, aud: audience, sub: 'anna', iat: now(), exp: now() + 60 };
}

/** Signs as the issuer does, with its own key. */
async function sign(claims: JWTPayload, header: Record<string, unknown> = {}): Promise<string> {
  const key = await importJWK(issuer.key, 'ES256');
  return new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'at+jwt', ...header }).sign(key);
}

async function expectRefused(token: string): Promise<void> {
  const { status, headers, body } = await ask(token);
  expect(status).toBe(401);
  expect(body).toMatchObject({ code: 'unauthenticated' });
  expect(headers.get('www-authenticate')).toBe('Bearer realm="cardea", error="invalid_token"');
}

describe('an access token from the issuer', () => {
  it('is a person with the subject and the e-mail of the token', async () => {
    const { status, body } = await ask(await issuer.token(audience));
    expect(status).toBe(200);
    expect(body).toEqual({
      principal: { kind: 'person', subject: 'portal', email: 'a@office.example', emailVerified: true },
      actor: null,
    });
  });

  it('may check, read and write, and never operate', async () => {
    const token = await issuer.token(audience);
    expect((await ask(token, '/write', {}, 'POST')).status).toBe(201);
    expect((await ask(token, '/engine')).status).toBe(403);
  });

  it('attack: acts for nobody else', async () => {
    const { status, body } = await ask(await issuer.token(audience), '/me', { 'cardea-actor': 'someone-else' });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid_actor' });
  });

  it.each([
    [undefined, undefined],
    [false, false],
    ['true', true],
    ['yes', false],
  ])('says whether the issuer vouches for the e-mail: email_verified %s is %s', async (given, said) => {
    const { body } = await ask(await sign({ ...goodClaims(), email: 'b@office.example', email_verified: given }));
    expect(body).toMatchObject({ principal: { subject: 'anna', email: 'b@office.example' } });
    expect((body as { principal: { emailVerified?: boolean } }).principal.emailVerified).toBe(said);
  });

  it('is accepted for a few seconds of difference between clocks', async () => {
    expect((await ask(await sign({ ...goodClaims(), exp: now() - 2 }))).status).toBe(200);
    expect((await ask(await sign({ ...goodClaims(), nbf: now() + 2 }))).status).toBe(200);
  });

  it('may name several audiences', async () => {
    expect((await ask(await sign({ ...goodClaims(), aud: ['urn:other', audience] }))).status).toBe(200);
  });
});

describe('attack: a token', () => {
  it('for another audience is refused, though the issuer gave it', async () => {
    await expectRefused(await issuer.token('https://other.example/api'));
  });

  it('from another issuer is refused, though it is for us', async () => {
    await expectRefused(await stranger.token(audience));
  });

  it('that names another issuer is refused, though the key is right', async () => {
    await expectRefused(await sign({ ...goodClaims(), iss: stranger.issuer }));
    await expectRefused(await sign({ ...goodClaims(), iss: `${issuer.issuer}/` }));
  });

  it('that has expired, or is not valid yet, is refused', async () => {
    await expectRefused(await sign({ ...goodClaims(), exp: now() - 30 }));
    await expectRefused(await sign({ ...goodClaims(), nbf: now() + 30 }));
  });

  it.each(['iss', 'aud', 'sub', 'exp'])('without %s is refused', async (claim) => {
    await expectRefused(await sign({ ...goodClaims(), [claim]: undefined }));
  });

  it('with the algorithm none is refused', async () => {
    await expectRefused(new UnsecuredJWT(goodClaims()).encode());
    const [header, payload] = (await sign(goodClaims())).split('.');
    await expectRefused(`${header}.${payload}.`);
  });

  it('signed with HS256 and the public key as the secret is refused', async () => {
    const jwks = (await (await fetch(`${issuer.issuer}/jwks`)).json()) as { keys: [Record<string, string>] };
    const publicKey = await importJWK({ ...jwks.keys[0], ext: true }, 'ES256');
    const secrets = [await exportSPKI(publicKey as webcrypto.CryptoKey), JSON.stringify(jwks.keys[0])];
    for (const secret of secrets) {
      const forged = await new SignJWT(goodClaims())
        .setProtectedHeader({ alg: 'HS256', kid: 'k1' })
        .sign(new TextEncoder().encode(secret));
      await expectRefused(forged);
    }
  });

  it('signed by an unknown key is refused, also under the name of a known one', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    for (const kid of ['unknown', 'k1']) {
      await expectRefused(await new SignJWT(goodClaims()).setProtectedHeader({ alg: 'ES256', kid }).sign(privateKey));
    }
  });

  it('that brings its own key, or says where to fetch it, is refused', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(publicKey);
    for (const header of [{ jwk }, { jku: `${stranger.issuer}/jwks` }]) {
      const forged = new SignJWT(goodClaims()).setProtectedHeader({ alg: 'ES256', kid: 'own', ...header });
      await expectRefused(await forged.sign(privateKey));
    }
  });

  it('that was changed after it was signed is refused', async () => {
    const [header, , signature] = (await sign(goodClaims())).split('.');
    const payload = base64url.encode(JSON.stringify({ ...goodClaims(), sub: 'admin' }));
    await expectRefused(`${header}.${payload}.${signature}`);
  });

  it.each<[string, JWTPayload, Record<string, unknown>]>([
    ['an ID token', { nonce: 'n' }, { typ: 'JWT' }],
    ['an ID token with at_hash', { at_hash: 'h' }, { typ: undefined }],
    ['a logout token', { events: {} }, { typ: 'logout+jwt' }],
    ['a DPoP proof', {}, { typ: 'dpop+jwt' }],
    ['a refresh token of Keycloak', { typ: 'Refresh' }, { typ: 'JWT' }],
    ['a token bound to a key', { cnf: { jkt: 'x' } }, {}],
  ])('that is %s is no access token', async (_, claims, header) => {
    await expectRefused(await sign({ ...goodClaims(), ...claims }, header));
  });

  it.each(['eyJhbGciOiJFUzI1NiJ9', 'a.b.c', '....', 'x'.repeat(20_000)])(
    'that is none is refused: %.30s',
    async (text) => {
      const { status } = await ask(text);
      expect([401, 431]).toContain(status);
    },
  );

  it('does not get into the log', async () => {
    const token = await sign({ ...goodClaims(), exp: now() - 30 });
    await expectRefused(token);
    expect(app.lines.join('\n')).not.toContain(token.slice(0, 40));
    expect(app.lines.join('\n')).toContain('"exp\\" claim timestamp check failed');
  });
});

describe('an issuer', () => {
  async function statusWith(oidc: string, token: string): Promise<Response> {
    const one = await startSmallApp({ controllers: [Routes], oidc: { issuer: oidc, audience } });
    try {
      return await one.fetch('/me', { headers: { authorization: `Bearer ${token}` } });
    } finally {
      await one.close();
    }
  }

  it('that is down makes it 503 with Retry-After: nothing can be said about the token', async () => {
    const gone = await startIssuer();
    const token = await gone.token(audience);
    await gone.close();
    const answer = await statusWith(gone.issuer, token);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('2');
  });

  it('attack: that describes another issuer is not believed', async () => {
    const server = createServer((_, response) => {
      response.end(JSON.stringify({ issuer: stranger.issuer, jwks_uri: `${stranger.issuer}/jwks` }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const answer = await statusWith(`http://127.0.0.1:${port}`, await stranger.token(audience));
    server.closeAllConnections();
    server.close();
    expect(answer.status).toBe(503);
  });
});
