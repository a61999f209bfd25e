import { readFileSync } from 'node:fs';
import { describe as group, expect, it } from '@jest/globals';
import { errorTexts, warningTexts } from './error-texts.js';
import { renderErrorsDoc } from './errors-doc.js';
import { describe, ProblemError, problem, warning } from './errors.js';
import { languages, type Texts } from './languages.js';
import { toBody, toProblem } from './problem-response.js';
import type { ErrorText } from './texts/text.js';
import { UnavailableError } from './unavailable.js';

const errors: [string, ErrorText][] = Object.entries(errorTexts);
const allTexts: [string, Texts][] = [
  ...errors.flatMap(([code, { title, detail }]): [string, Texts][] => [
    [`${code} title`, title],
    [`${code} detail`, detail],
  ]),
  ...Object.entries(warningTexts).map(([code, { message }]): [string, Texts] => [code, message]),
];

group('the error catalogue', () => {
  it.each(allTexts)('has %s in every language, with the same parameters', (_, texts) => {
    const params = (text: string) => [...new Set(text.match(/\{\w+\}/g))].sort();
    for (const language of languages) {
      expect(texts[language].trim()).not.toBe('');
      expect(params(texts[language])).toEqual(params(texts.en));
    }
  });

  it.each(allTexts.filter(([name]) => !name.endsWith('title')))('does not leave %s in English', (_, texts) => {
    expect(new Set(languages.map((language) => texts[language])).size).toBe(languages.length);
  });

  it.each(errors)('gives %s the status of an error', (_, { status }) => {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(600);
  });

  it('answers an office of another key exactly as one that does not exist', () => {
    expect(toBody(problem('office_not_found', { office: 'a' }), 'en', 'r')).toEqual(
      toBody(problem('office_not_found', { office: 'b' }), 'en', 'r'),
    );
  });

  it('is what docs/errors.md says (renew it with `node dist/src/platform/errors-doc.main.js`)', () => {
    expect(readFileSync('docs/errors.md', 'utf8')).toBe(renderErrorsDoc());
  });
});

group('a problem', () => {
  it('fills in its parameters in the language asked for', () => {
    const error = problem('dossier_not_active', { dossier: 'd1' });
    expect(describe(error, 'nl')).toEqual({ title: 'Regel niet nageleefd', detail: 'Dossier d1 is niet actief.' });
  });

  it('does not repeat more of a parameter than a reader needs, nor read its text as a template', () => {
    const { detail } = describe(problem('unknown_actor', { actor: `{scope}$&${'x'.repeat(10_000)}` }), 'en');
    expect(detail).toContain('{scope}$&xxx');
    expect(detail.length).toBeLessThan(400);
  });

  it('says why a policy forbids something in the words of the policy', () => {
    const reason = { en: 'Admins only.', fr: 'Réservé.', nl: 'Beheerders.', de: 'Nur Admins.' };
    expect(describe(problem('forbidden', {}, { wording: reason }), 'fr').detail).toBe('Réservé.');
  });

  it('carries further members, which cannot replace the standard ones', () => {
    const error = problem('stale_version', { etag: '"7"' }).with({ changes: [1], status: 200, requestId: 'forged' });
    expect(toBody(error, 'en', 'r1')).toMatchObject({ status: 412, requestId: 'r1', changes: [1] });
  });

  it('never answers what is meant for the log', () => {
    const error = problem('unauthenticated', {}, { internal: 'key k1 is revoked', cause: new Error('secret') });
    expect(JSON.stringify(toBody(error, 'en', 'r'))).not.toMatch(/k1|secret/);
  });

  it('words a warning', () => {
    expect(warning('group_name_twin', { name: 'Bruxelles' }, 'fr')).toEqual({
      code: 'group_name_twin',
      message: 'Un autre groupe porte le nom « Bruxelles ».',
    });
  });
});

group('what is thrown', () => {
  it('becomes 503 with Retry-After when something that the service depends on is away', () => {
    const error = toProblem(new UnavailableError('PostgreSQL'));
    expect(error.status).toBe(503);
    expect(error.headers).toEqual({ 'retry-after': '2' });
  });

  it.each([
    new Error('boom'),
    'a string',
    null,
    { statusCode: 404 },
    Object.assign(new Error('from a library'), { statusCode: 404, status: 404 }),
    Object.assign(new Error('duplicate key value'), { code: '23505' }),
  ])('becomes internal when nobody expected it (%#)', (thrown) => {
    const error = toProblem(thrown);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error.code).toBe('internal');
  });
});
