import type { z } from 'zod';
import { errorTexts, outboxTexts, warningTexts } from './error-texts.js';
import { type Language, type Texts } from './languages.js';
import { fill, type ErrorText, type ParamNames } from './texts/text.js';

/** A stable, documented name of a problem; see `docs/errors.md`. */
export type ErrorCode = keyof typeof errorTexts;

/** A stable, documented name of a warning. */
export type WarningCode = keyof typeof warningTexts;

type Params<Template extends string> = { readonly [Name in ParamNames<Template>]: string | number };

/** More than the text names may be given: it is for the log, and for texts to come. */
type More = Readonly<Record<string, unknown>>;

/** The values that the text of an error names. */
export type ErrorParams<Code extends ErrorCode> = Params<(typeof errorTexts)[Code]['detail']['en']> & More;

/** The values that the text of a warning names. */
export type WarningParams<Code extends WarningCode> = Params<(typeof warningTexts)[Code]['message']['en']> & More;

/** One place of a request that is wrong: members and indexes joined with dots, `checks.3.action`. */
export interface FieldError {
  path: string;
  message: string;
}

/** What a problem may carry beside its code. */
export interface ProblemOptions {
  /** Where the request is wrong, in English or already in the caller's language. */
  errors?: readonly FieldError[];
  /** What a schema found, instead of `errors`: the filter says it in the caller's language. */
  issues?: readonly z.core.$ZodIssue[];
  /** Says it in other words than the catalogue's: those of the policy rule that refused. */
  wording?: Texts;
  /** For the log only; never answered. */
  internal?: string;
  headers?: Readonly<Record<string, string>>;
  cause?: unknown;
}

/** An answer that is not a success, by its code. Thrown anywhere; the global filter words and sends it. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly errors: readonly FieldError[] | undefined;
  readonly issues: readonly z.core.$ZodIssue[] | undefined;
  readonly wording: Texts | undefined;
  readonly internal: string | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  /** Members of the answer beside the standard ones (RFC 9457 §3.2), such as the `changes` of a stale version. */
  extensions: Readonly<Record<string, unknown>> = {};

  constructor(
    readonly code: ErrorCode,
    readonly params: More = {},
    options: ProblemOptions = {},
  ) {
    super(options.internal ?? code, { cause: options.cause });
    this.errors = options.errors;
    this.issues = options.issues;
    this.wording = options.wording;
    this.internal = options.internal;
    this.headers = options.headers;
  }

  /** The HTTP status of this problem. */
  get status(): number {
    return errorTexts[this.code].status;
  }

  /** Adds members to the answer; a standard one cannot be replaced. Returns the same problem, to be thrown. */
  with(extensions: Readonly<Record<string, unknown>>): this {
    this.extensions = { ...this.extensions, ...extensions };
    return this;
  }
}

type ProblemArguments<Code extends ErrorCode> = [ParamNames<(typeof errorTexts)[Code]['detail']['en']>] extends [never]
  ? [params?: More, options?: ProblemOptions]
  : [params: ErrorParams<Code>, options?: ProblemOptions];

/**
 * Makes a problem to throw: `throw problem('dossier_not_active', { dossier: id })`. The compiler asks for the
 * parameters that the text of the code names.
 */
export function problem<Code extends ErrorCode>(
  code: Code,
  ...[params, options]: ProblemArguments<Code>
): ProblemError {
  return new ProblemError(code, params, options);
}

/**
 * The title and the detail of a problem in one language. A policy that forbids something says why in its own words:
 * `problem('forbidden', {}, { wording: rule.reason })`.
 */
export function describe(error: ProblemError, language: Language): { title: string; detail: string } {
  const texts: ErrorText = errorTexts[error.code];
  const detail = error.wording?.[language] ?? fill(texts.detail, language, error.params);
  return { title: texts.title[language], detail };
}

/** A warning as an answer carries it. */
export interface Warning {
  code: WarningCode;
  message: string;
}

/** Words a warning: `warning('group_name_twin', { name }, language)`. */
export function warning<Code extends WarningCode>(
  code: Code,
  params: WarningParams<Code>,
  language: Language,
): Warning {
  return { code, message: fill(warningTexts[code].message, language, params) };
}

/** Why a message of the outbox waits, was not sent, or may have been. */
export function describeDelivery(
  code: keyof typeof outboxTexts,
  params: Readonly<Record<string, string | number>>,
  language: Language,
): string {
  return fill(outboxTexts[code].message, language, params);
}
