import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { createLogger, type LogLevel, NestLogger } from './logs.js';
import { generateApiKey } from './auth/api-keys.js';

function capture(level: LogLevel = 'info') {
  let text = '';
  const destination = new Writable({
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      done();
    },
  });
  return { logger: createLogger(level, destination), text: () => text };
}

const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('the log', () => {
  it('is one JSON object a line, with time, level and message', () => {
    const { logger, text } = capture();
    logger.info({ requestId: 'r1' }, 'hello');
    expect(lines(text())).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), requestId: 'r1', msg: 'hello' },
    ]);
  });

  it('leaves out what is below its level', () => {
    const { logger, text } = capture('warn');
    logger.info('no');
    logger.warn('yes');
    expect(lines(text())).toHaveLength(1);
  });

  it.each(['a\n{"level":"fatal","msg":"forged"}', 'a\r\nb', 'a\u2028b', '\u001b[31mred', 'a"}\n'])(
    'attack: no value begins a line of its own: %j',
    (value) => {
      const { logger, text } = capture();
      logger.info({ name: value, [value]: 1, err: new Error(value) }, value);
      expect(lines(text())).toHaveLength(1);
      expect(lines(text())[0]).toMatchObject({ level: 'info', msg: value });
      expect(text()).not.toContain('\u001b');
    },
  );

  const key = generateApiKey();
  const token = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';
  it.each<[string, (logger: ReturnType<typeof createLogger>) => void]>([
    ['an authorization header', (logger) => logger.info({ headers: { authorization: `Bearer ${token}` } })],
    ['a cookie', (logger) => logger.info({ req: { headers: { cookie: 'session=c2lnbmF0dXJl' } } })],
    [
      'a member named key, token, secret or password',
      (logger) =>
        logger.info({ key, token, secret: 'c2lnbmF0dXJl', password: 'c2lnbmF0dXJl', nested: { apiKey: key } }),
    ],
    ['a key in a message', (logger) => logger.info(`no such key: ${key}`)],
    ['a key in an address', (logger) => logger.info({ url: `/policies?k=${key}&x=1` })],
    ['a token in an error', (logger) => logger.error({ err: new Error(`cannot verify ${token}`) })],
    ['a credential of Basic', (logger) => logger.info('Basic c2lnbmF0dXJl')],
    ['a password in a URL', (logger) => logger.error({ err: new Error('postgres://cardea:c2lnbmF0dXJl@db/cardea') })],
  ])('attack: has no secret: %s', (_, write) => {
    const { logger, text } = capture();
    write(logger);
    expect(text()).toContain('[redacted]');
    expect(text()).not.toContain(key.slice(4));
    expect(text()).not.toContain('c2lnbmF0dXJl');
    expect(lines(text())).toHaveLength(1);
  });

  it('keeps the rest of a line that had a secret', () => {
    const { logger, text } = capture();
    logger.info({ url: 'postgres://cardea:hunter2@db:5432/cardea', at: 'http://a:1/b@c' }, `key ${key}.`);
    expect(lines(text())[0]).toMatchObject({
      url: 'postgres://cardea:[redacted]@db:5432/cardea',
      at: 'http://a:1/b@c',
      msg: 'key [redacted].',
    });
  });
});

describe('messages of Nest', () => {
  it('are lines like all others, with their context', () => {
    const { logger, text } = capture('trace');
    const nest = new NestLogger(logger);
    nest.log('started', 'X');
    nest.log('listed', 'RouterExplorer');
    nest.error('broken', 'at x (y.js:1)', 'Router');
    nest.warn(new Error('odd'), 'Router');
    nest.verbose({ a: 1 }, 'X');
    nest.debug('d', 'X');
    nest.fatal('f', 'X');
    expect(lines(text())).toMatchObject([
      { level: 'info', msg: 'started', context: 'X' },
      { level: 'debug', msg: 'listed' },
      { level: 'error', msg: 'broken', details: ['at x (y.js:1)'], context: 'Router' },
      { level: 'warn', msg: 'odd', err: { type: 'Error' } },
      { level: 'trace', msg: '{"a":1}' },
      { level: 'debug', msg: 'd' },
      { level: 'fatal', msg: 'f' },
    ]);
  });
});
