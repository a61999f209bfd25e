import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';

export type { Logger } from 'pino';

/** How much is logged; `debug` adds a line per check, `silent` is for tests. */
export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Members that hold a secret, wherever an object is logged, one or two levels deep. */
const secretNames = ['authorization', 'cookie', 'set-cookie', 'password', 'secret', 'token', 'key', 'apiKey'];
const secretPaths = secretNames.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);

/** Secrets by their looks, in any text of a line: API keys, bearer credentials, JWTs, passwords in URLs. */
const secretLooks =
  /cdk_[\w-]{8,}|\b(?:Bearer|Basic)\s+[\w.~+/=-]{8,}|\beyJ[\w-]{5,}\.[\w-]*\.[\w-]*|(?<=:\/\/[^\s/:@"]*:)[^\s/@"]+(?=@)/gi;

/**
 * Makes the service's logger: one JSON object a line, so that no value can begin a line of its own.
 *
 * @param level from the settings
 * @param destination standard output unless a test wants to read it
 */
export function createLogger(level: LogLevel, destination?: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: secretPaths, censor: '[redacted]' },
      // The last door: errors of libraries quote connection strings and headers inside their messages.
      hooks: { streamWrite: (line) => line.replace(secretLooks, '[redacted]') },
    },
    destination ?? pino.destination(1),
  );
}

/** Contexts in which Nest lists every module and route. */
const ownStart = new Set(['NestFactory', 'InstanceLoader', 'RoutesResolver', 'RouterExplorer', 'NestApplication']);

/** Nest's own messages, in the same lines as everyone else's. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    // What Nest tells about its own start is for whoever debugs it.
    this.#write(ownStart.has(String(rest.at(-1))) ? 'debug' : 'info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('fatal', message, rest);
  }

  /** Nest passes the context last, and a stack before it. */
  #write(level: Exclude<LogLevel, 'silent'>, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const details = rest.slice(0, -1);
    const fields = {
      context,
      ...(details.length > 0 && { details }),
      ...(message instanceof Error && { err: message }),
    };
    this.logger[level](fields, message instanceof Error ? message.message : asText(message));
  }
}

function asText(message: unknown): string {
  return typeof message === 'string' ? message : (JSON.stringify(message) ?? String(message));
}
