import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readSettings, SettingsError, settingsTable } from './settings.js';

function messageOf(environment: NodeJS.ProcessEnv): string {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return 'no complaint';
}

describe('settings', () => {
  test('an empty environment is a complete one', () => {
    expect(readSettings({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: undefined,
      databaseUrl: undefined,
      dataDir: '.cardea',
      demo: true,
      requestDeadlineMs: 2000,
    });
  });

  test('an empty variable counts as absent', () => {
    expect(readSettings({ PORT: '', DATABASE_URL: '', DEMO: '' })).toEqual(readSettings({}));
  });

  test('nobody can change a setting after the start', () => {
    expect(Object.isFrozen(readSettings({}))).toBe(true);
  });

  test('the public URL loses its last slash', () => {
    expect(readSettings({ PUBLIC_URL: 'https://cardea.example/base/' }).publicUrl).toBe('https://cardea.example/base');
  });

  test.each([
    ['PORT', '65536'],
    ['PORT', '3000.5'],
    ['PORT', '-1'],
    ['HOST', 'two words'],
    ['DEMO', 'yes'],
    ['LOG_LEVEL', 'loud'],
    ['REQUEST_DEADLINE_MS', '99'],
    ['DATABASE_POOL_MAX', '1'],
    ['MAX_REQUESTS', '9'],
    ['POLICY_DIR', ' '],
    ['METRICS_PORT', '0'],
  ])('%s=%s is refused with its name, its value and what is allowed', (name, value) => {
    expect(messageOf({ [name]: value })).toMatch(
      new RegExp(`^${name} must be .*, not "${value.replace(/[.\\/]/g, '\\$&')}"$`),
    );
  });

  test.each([
    ['PUBLIC_URL', 'https://user:hunter2@cardea.example'],
    ['DATABASE_URL', 'mysql://root:hunter2@db/cardea'],
    ['REDIS_URL', 'http://:hunter2@redis'],
    ['REDIS_URL', 'redis://:hunter2@redis:6379?family=6'],
    ['REDIS_URL', 'redis://:hunter2@redis/cache'],
    ['REDIS_URL', 'redis://cardea:hunter2%@redis'],
    ['CARDEA_BOOTSTRAP_KEY', 'cdk_hunter2'],
    ['CARDEA_BOOTSTRAP_KEY', `cdk_hunter2${'x'.repeat(200)}`],
  ])('a wrong %s is refused by name, and its value is not repeated', (name, value) => {
    const message = messageOf({ [name]: value });
    expect(message).toMatch(new RegExp(`^${name} must be `));
    expect(message).not.toContain('hunter2');
  });

  test.each(['redis://redis', 'rediss://cardea:p%25%2F%3A@redis.example:6380/2', 'redis://:secret@[::1]:6379/'])(
    'REDIS_URL=%s is accepted',
    (url) => expect(messageOf({ REDIS_URL: url })).toBe('no complaint'),
  );

  test('everything that is wrong is said at once', () => {
    expect(messageOf({ PORT: 'x', DEMO: 'x' }).split('\n')).toHaveLength(2);
  });

  test('OIDC needs its issuer and its audience together', () => {
    expect(messageOf({ OIDC_ISSUER: 'https://id.example' })).toMatch(/^OIDC_AUDIENCE must be given/);
    expect(messageOf({ OIDC_AUDIENCE: 'cardea' })).toMatch(/^OIDC_ISSUER must be given/);
    expect(messageOf({ OIDC_ISSUER: 'https://id.example', OIDC_AUDIENCE: 'cardea' })).toBe('no complaint');
  });

  test('a client of the issuer needs the issuer, and a secret the client', () => {
    expect(messageOf({ OIDC_CLIENT_ID: 'console' })).toMatch(/^OIDC_ISSUER must be given/);
    expect(messageOf({ OIDC_CLIENT_SECRET: 'hunter2' })).toMatch(/^OIDC_CLIENT_ID must be given/);
    expect(messageOf({ OIDC_CLIENT_SECRET: 'hunter2' })).not.toContain('hunter2');
    const issuer = { OIDC_ISSUER: 'https://id.example', OIDC_AUDIENCE: 'cardea', OIDC_CLIENT_ID: 'console' };
    expect(messageOf({ ...issuer, OIDC_CLIENT_SECRET: 'hunter2' })).toBe('no complaint');
  });

  // How this was seen to fail: with each of the three reasons left out.
  test.each([
    ['OIDC_ISSUER', { OIDC_ISSUER: 'https://id.example', OIDC_AUDIENCE: 'cardea' }],
    ['DATABASE_URL', { DATABASE_URL: 'postgres://cardea@db/cardea' }],
    ['NODE_ENV=production', { NODE_ENV: 'production' }],
  ])('signing in as anyone is off with %s, and cannot be switched on', (name, environment) => {
    expect(readSettings({}).demoSignIn).toBe(true);
    expect(readSettings(environment).demoSignIn).toBe(false);
    expect(readSettings({ DEMO_SIGN_IN: 'false' }).demoSignIn).toBe(false);
    expect(messageOf({ ...environment, DEMO_SIGN_IN: 'true' })).toBe(
      `DEMO_SIGN_IN lets everyone sign in as anyone, and cannot be used with ${name}`,
    );
  });

  test('an issuer over plain HTTP is accepted on this machine only', () => {
    const withIssuer = (issuer: string) => messageOf({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: 'cardea' });
    expect(withIssuer('http://127.0.0.1:4000')).toBe('no complaint');
    expect(withIssuer('http://localhost:4000/realm')).toBe('no complaint');
    expect(withIssuer('http://id.example')).toMatch(/^OIDC_ISSUER must be an https URL/);
    expect(withIssuer('http://localhost.evil.example')).toMatch(/^OIDC_ISSUER must be an https URL/);
  });

  test('metrics do not share the port of the API by accident', () => {
    expect(messageOf({ METRICS_PORT: '3000' })).toBe('METRICS_PORT must be other than PORT');
  });

  test('the README lists every setting as the service reads it', () => {
    const readme = readFileSync('README.md', 'utf8');
    const shown = /<!-- settings -->\n+([\s\S]*?)\n+<!-- \/settings -->/.exec(readme)?.[1];
    expect(shown).toBe(settingsTable());
  });
});
