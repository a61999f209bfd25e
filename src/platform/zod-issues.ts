import { z } from 'zod';
import type { FieldError } from './errors.js';
import type { Language } from './languages.js';

const locales: Record<Language, z.core.$ZodErrorMap> = {
  en: z.locales.en().localeError,
  fr: z.locales.fr().localeError,
  nl: z.locales.nl().localeError,
  de: z.locales.de().localeError,
};

/** An answer lists no more places than someone can read, and repeats no more of the request than that needs. */
const maxIssues = 100;
const maxTextLength = 300;

/**
 * Words what a schema found wrong. A message that a schema's author wrote is kept; zod's own are said in the
 * caller's language.
 *
 * @param issues as zod reports them, with their input (see `ZodPipe`)
 * @returns at most 100 places
 */
export function wordIssues(issues: readonly z.core.$ZodIssue[], language: Language): FieldError[] {
  return issues.slice(0, maxIssues).map((issue) => ({
    path: cut(issue.path.map(String).join('.')),
    message: cut(wordIssue(issue, language)),
  }));
}

function wordIssue(issue: z.core.$ZodIssue, language: Language): string {
  if (language === 'en') return issue.message;
  const raw = issue as unknown as z.core.$ZodRawIssue;
  if (text(locales.en(raw)) !== issue.message) return issue.message;
  return text(locales[language](raw)) ?? issue.message;
}

function text(message: ReturnType<z.core.$ZodErrorMap>): string | undefined {
  return typeof message === 'string' ? message : message?.message;
}

function cut(long: string): string {
  return long.length > maxTextLength ? `${long.slice(0, maxTextLength)}…` : long;
}
