import { z } from 'zod';
import {
  decisionSelection,
  integer,
  issuerUrl,
  path,
  plainUrl,
  postgresUrl,
  redisUrl,
  smtpUrl,
} from './setting-schemas.js';

/** Nest's token for the frozen {@link Settings}. */
export const SETTINGS = Symbol('settings');

interface Setting<T> {
  name: string;
  /** What stands in where the variable is absent or empty; `undefined` leaves the setting unset. */
  fallback: string | undefined;
  /** Completes "NAME must be …". */
  allowed: string;
  meaning: string;
  schema: z.ZodType<T, string>;
  /** Its value may carry a password or a key, so no message repeats it. */
  secret?: boolean;
}

function required<T>(setting: Setting<T> & { fallback: string }): Setting<T> {
  return setting;
}

function optional<T>(setting: Omit<Setting<T>, 'fallback'>): Setting<T | undefined> {
  return { ...setting, fallback: undefined };
}

/** Every setting, declared once: what is read, what is refused and the README's table come from here. */
const table = {
  port: required({
    name: 'PORT',
    fallback: '3000',
    allowed: 'a whole number from 0 to 65535 (0 takes a free port)',
    meaning: 'port that the API is served on',
    schema: integer(0, 65_535),
  }),
  host: required({
    name: 'HOST',
    // A first start on a laptop is nobody else's business; the container image, where it is needed, opens it.
    fallback: '127.0.0.1',
    allowed: 'an address or host name to listen on (`0.0.0.0` for all)',
    meaning: 'address that the API is served on; the container image sets `0.0.0.0`',
    schema: z.string().regex(/^[A-Za-z0-9.:-]+$/),
  }),
  publicUrl: optional({
    name: 'PUBLIC_URL',
    allowed: 'an http or https URL without user, query or fragment',
    meaning: 'base of the URLs that the service tells about itself; `http://localhost:PORT` where unset',
    schema: plainUrl.transform((text) => text.replace(/\/+$/, '')),
    secret: true,
  }),
  databaseUrl: optional({
    name: 'DATABASE_URL',
    allowed: 'a `postgres://user:password@host:port/database` URL',
    meaning: 'PostgreSQL 15 or newer, brought up to date by `npm run migrate`; unset, one is run under `DATA_DIR`',
    schema: postgresUrl,
    secret: true,
  }),
  databasePoolMax: required({
    name: 'DATABASE_POOL_MAX',
    fallback: '10',
    allowed: 'a whole number from 2 to 1000',
    meaning:
      'most connections that one process opens to PostgreSQL, a third of them for checks alone; and up to 6 beside those',
    schema: integer(2, 1000),
  }),
  redisUrl: optional({
    name: 'REDIS_URL',
    allowed: 'a `redis://user:password@host:port/db` URL, or `rediss://` for TLS',
    meaning:
      'Redis 7 or Valkey 8, single or any node of a cluster, as a cache that instances share; unset, there is none',
    schema: redisUrl,
    secret: true,
  }),
  workers: required({
    name: 'WORKERS',
    fallback: '1',
    allowed: 'a whole number from 1 to 128',
    meaning: 'processes that serve on the same port, for as many cores',
    schema: integer(1, 128),
  }),
  dataDir: required({
    name: 'DATA_DIR',
    fallback: '.cardea',
    allowed: 'a folder that the service may write',
    meaning: 'where the PostgreSQL that the service runs itself, and the key of its first start, are kept',
    schema: path,
  }),
  demo: required({
    name: 'DEMO',
    fallback: 'true',
    allowed: '`true` or `false`',
    meaning: 'whether the first start without `DATABASE_URL` loads the demo offices',
    schema: z.enum(['true', 'false']).transform((text) => text === 'true'),
  }),
  seedDir: optional({
    name: 'SEED_DIR',
    allowed: 'a folder with an `offices.json`',
    meaning: 'offices that every start makes, or brings to what their files say; see `examples/authzen`',
    schema: path,
  }),
  requestDeadlineMs: required({
    name: 'REQUEST_DEADLINE_MS',
    fallback: '2000',
    allowed: 'a whole number from 100 to 60000',
    meaning: 'longest wait for PostgreSQL before a request is answered with 503',
    schema: integer(100, 60_000),
  }),
  maxRequests: required({
    name: 'MAX_REQUESTS',
    fallback: '1000',
    allowed: 'a whole number from 10 to 100000',
    meaning: 'most requests that one process works on at once, half of them checks; more are answered with 503 at once',
    schema: integer(10, 100_000),
  }),
  selfProbeSeconds: optional({
    name: 'SELF_PROBE_SECONDS',
    allowed: 'a whole number from 1 to 86400',
    meaning: 'how often a grant is revoked in the office `self-probe`, to measure when it is denied; unset, never',
    schema: integer(1, 86_400),
  }),
  bootstrapKey: optional({
    name: 'CARDEA_BOOTSTRAP_KEY',
    // Keys are stored as a fast hash, which only a long random secret withstands.
    allowed: '`cdk_` and 16 to 128 letters, digits, `-` or `_`',
    meaning: 'a platform key with all scopes, put in force at start',
    schema: z.string().regex(/^cdk_[A-Za-z0-9_-]{16,128}$/),
    secret: true,
  }),
  oidcIssuer: optional({
    name: 'OIDC_ISSUER',
    allowed: 'an https URL (http on this machine only), together with `OIDC_AUDIENCE`',
    meaning: 'who issues the tokens of people; its keys are found by discovery',
    schema: issuerUrl,
    secret: true,
  }),
  oidcAudience: optional({
    name: 'OIDC_AUDIENCE',
    allowed: 'a text of 1 to 200 characters, together with `OIDC_ISSUER`',
    meaning: 'audience that such a token must name',
    schema: z.string().trim().min(1).max(200),
  }),
  oidcClientId: optional({
    name: 'OIDC_CLIENT_ID',
    allowed: 'a text of 1 to 200 characters, together with `OIDC_ISSUER`',
    meaning: 'the client as which people sign in to the console; unset, nobody does',
    schema: z.string().trim().min(1).max(200),
  }),
  oidcClientSecret: optional({
    name: 'OIDC_CLIENT_SECRET',
    allowed: 'a text of 1 to 1000 characters, together with `OIDC_CLIENT_ID`',
    meaning: 'secret of that client; unset, it is a public one',
    schema: z.string().min(1).max(1_000),
    secret: true,
  }),
  sessionIdleMinutes: required({
    name: 'SESSION_IDLE_MINUTES',
    fallback: '30',
    allowed: 'a whole number from 1 to 1440',
    meaning: 'a session of the console ends after this long without a request',
    schema: integer(1, 1_440),
  }),
  sessionMaxHours: required({
    name: 'SESSION_MAX_HOURS',
    fallback: '12',
    allowed: 'a whole number from 1 to 168',
    meaning: 'a session of the console ends this long after the sign-in, whatever happens',
    schema: integer(1, 168),
  }),
  demoSignIn: optional({
    name: 'DEMO_SIGN_IN',
    allowed: '`true` or `false`',
    meaning:
      'whether all may sign in as anyone; unset: where neither `DATABASE_URL`, `OIDC_ISSUER` nor production is set',
    schema: z.enum(['true', 'false']).transform((text) => text === 'true'),
  }),
  nodeEnv: optional({
    name: 'NODE_ENV',
    allowed: 'a text of 1 to 100 characters',
    meaning: '`production`: no demo sign-in; the container image sets it',
    schema: z.string().max(100),
  }),
  policyDir: required({
    name: 'POLICY_DIR',
    fallback: 'policies',
    allowed: 'a folder, or a bundle file',
    meaning: 'the policies in force',
    schema: path,
  }),
  policySetsDir: optional({
    name: 'POLICY_SETS_DIR',
    allowed: 'a folder',
    meaning: 'folders of further policy sets, or `NAME.bundle.json`, which an office may be given by name',
    schema: path,
  }),
  policyPublicKey: optional({
    name: 'POLICY_PUBLIC_KEY',
    allowed: 'a PEM file with an Ed25519 public key',
    meaning: 'policies are taken from bundles that are signed with its private key, and from nowhere else',
    schema: path,
  }),
  policyWatch: required({
    name: 'POLICY_WATCH',
    fallback: 'false',
    allowed: '`true` or `false`',
    meaning: 'whether policies are reloaded when a file changes; SIGHUP reloads them either way',
    schema: z.enum(['true', 'false']).transform((text) => text === 'true'),
  }),
  logLevel: required({
    name: 'LOG_LEVEL',
    fallback: 'info',
    allowed: '`fatal`, `error`, `warn`, `info`, `debug`, `trace` or `silent`',
    meaning: 'least severe lines that are logged',
    schema: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
  }),
  decisionLog: required({
    name: 'DECISION_LOG',
    fallback: 'off',
    allowed: '`off`, `ndjson` or `postgres`',
    meaning: 'where decisions are logged: files, or the table `decision`; see `docs/audit.md`',
    schema: z.enum(['off', 'ndjson', 'postgres']),
  }),
  decisionLogOf: required({
    name: 'DECISION_LOG_OF',
    fallback: 'all',
    allowed: '`all`, `denied` or `sampled:` and a share such as `0.01`',
    meaning: 'which decisions are logged',
    schema: decisionSelection,
  }),
  decisionLogDir: optional({
    name: 'DECISION_LOG_DIR',
    allowed: 'a folder that the service may write',
    meaning: 'where `ndjson` puts its files; `decisions` in `DATA_DIR` where unset',
    schema: path,
  }),
  decisionLogFileMb: required({
    name: 'DECISION_LOG_FILE_MB',
    fallback: '100',
    allowed: 'a whole number from 1 to 10000',
    meaning: 'size in MiB at which such a file is followed by another',
    schema: integer(1, 10_000),
  }),
  decisionLogDays: required({
    name: 'DECISION_LOG_DAYS',
    fallback: '365',
    allowed: 'a whole number from 1 to 36500',
    meaning: 'how long logged decisions are kept',
    schema: integer(1, 36_500),
  }),
  smtpUrl: optional({
    name: 'SMTP_URL',
    allowed:
      'a `smtp://user:password@host:587` (STARTTLS) or `smtps://user:password@host:465` URL, or `smtp://host:25?tls=none`',
    meaning: 'the mail server that takes communications; unset, they stay in the outbox',
    schema: smtpUrl,
    secret: true,
  }),
  smtpTimeoutSeconds: required({
    name: 'SMTP_TIMEOUT_SECONDS',
    fallback: '60',
    allowed: 'a whole number from 1 to 600',
    meaning: 'longest that the mail server may be silent',
    schema: integer(1, 600),
  }),
  metricsPort: optional({
    name: 'METRICS_PORT',
    allowed: 'a whole number from 1 to 65535, other than `PORT`',
    meaning: 'a port of its own for `/metrics`, without a key; unset, `/metrics` is on `PORT` and needs a key',
    schema: integer(1, 65_535),
  }),
};

type Table = typeof table;
type Read = { [Key in keyof Table]: Table[Key] extends Setting<infer T> ? T : never };

/** The settings of this process, read once and frozen. */
export type Settings = Readonly<Omit<Read, 'demoSignIn'> & { demoSignIn: boolean }>;

/** A setting is wrong; the message names each one and what is allowed, and repeats no secret. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/**
 * Reads every setting from `environment`. An empty variable counts as absent.
 *
 * @throws SettingsError that lists everything that is wrong
 */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const problems: string[] = [];
  const read: Record<string, unknown> = {};
  for (const [key, setting] of Object.entries<Setting<unknown>>(table)) {
    const text = environment[setting.name] || setting.fallback;
    const result = text === undefined ? undefined : setting.schema.safeParse(text);
    if (result?.success === false) problems.push(complaint(setting, text));
    read[key] = result?.data;
  }
  const settings = read as Read;
  problems.push(...contradictions(settings));
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
  return Object.freeze({ ...settings, demoSignIn: settings.demoSignIn ?? reasonsAgainstDemo(settings).length === 0 });
}

function complaint(setting: Setting<unknown>, text: string | undefined): string {
  const shown = setting.secret ? '' : `, not ${JSON.stringify(text?.slice(0, 100))}`;
  return `${setting.name} must be ${setting.allowed.replaceAll('`', '')}${shown}`;
}

/** What no setting can tell alone. */
function contradictions(settings: Read): string[] {
  const { oidcIssuer, oidcAudience, oidcClientId, oidcClientSecret, metricsPort, port } = settings;
  const problems: string[] = [];
  if (oidcIssuer && !oidcAudience) problems.push('OIDC_AUDIENCE must be given together with OIDC_ISSUER');
  if (oidcAudience && !oidcIssuer) problems.push('OIDC_ISSUER must be given together with OIDC_AUDIENCE');
  if (oidcClientId && !oidcIssuer) problems.push('OIDC_ISSUER must be given together with OIDC_CLIENT_ID');
  if (oidcClientSecret && !oidcClientId) problems.push('OIDC_CLIENT_ID must be given together with OIDC_CLIENT_SECRET');
  if (settings.demoSignIn) problems.push(...reasonsAgainstDemo(settings));
  if (metricsPort && metricsPort === port) problems.push('METRICS_PORT must be other than PORT');
  return problems;
}

/** With the demo's issuer everyone may be anyone, so it is for the first start on a laptop and nothing else. */
function reasonsAgainstDemo({ databaseUrl, oidcIssuer, nodeEnv }: Read): string[] {
  const against = (what: string) => `DEMO_SIGN_IN lets everyone sign in as anyone, and cannot be used with ${what}`;
  const reasons: string[] = [];
  if (oidcIssuer) reasons.push(against('OIDC_ISSUER'));
  if (databaseUrl) reasons.push(against('DATABASE_URL'));
  if (nodeEnv === 'production') reasons.push(against('NODE_ENV=production'));
  return reasons;
}

/** The Markdown table of every setting, as it stands in the README between `<!-- settings -->` and `<!-- /settings -->`. */
export function settingsTable(): string {
  const rows = Object.values<Setting<unknown>>(table).map(({ name, fallback, allowed, meaning }) => [
    `\`${name}\``,
    fallback === undefined ? '' : `\`${fallback}\``,
    allowed,
    meaning,
  ]);
  const lines = [['setting', 'default', 'allowed', 'meaning'], ...rows];
  // Columns are padded as the formatter pads them, so that the generated table is also a formatted one.
  const widths = [0, 1, 2, 3].map((column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const render = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  const padded = lines.map((line) => render(line.map((cell, column) => cell.padEnd(widths[column] ?? 0))));
  padded.splice(1, 0, render(widths.map((width) => '-'.repeat(width))));
  return padded.join('\n');
}
