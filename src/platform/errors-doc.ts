import { errorTexts, outboxTexts, warningTexts } from './error-texts.js';
import { languages } from './languages.js';
import { type ErrorText, type WarningText } from './texts/text.js';

const introduction = `# Errors and warnings

Generated from \`src/platform/error-texts.ts\` with \`node dist/src/platform/errors-doc.main.js\`; a test compares.

An error is \`application/problem+json\` (RFC 9457): \`type\` (\`urn:cardea:error:<code>\`), \`title\`, \`status\`, \`code\`,
\`detail\`, \`requestId\`, and \`errors: [{path, message}]\` where single places of the request are wrong. Codes are stable;
texts are for people, come in the language of \`Accept-Language\` (en, fr, nl, de) and may be reworded. Names in braces
are filled in. The AuthZEN endpoints answer with \`application/json\` \`{"message": detail}\` instead.
`;

/** Renders `docs/errors.md` from the catalogue. */
export function renderErrorsDoc(): string {
  const errors: [string, ErrorText][] = Object.entries(errorTexts);
  errors.sort(([codeA, a], [codeB, b]) => a.status - b.status || (codeA < codeB ? -1 : 1));
  const warnings: [string, WarningText][] = Object.entries(warningTexts);
  const deliveries: [string, WarningText][] = Object.entries(outboxTexts);
  return [
    introduction,
    '## Errors\n',
    ...errors.map(([code, { status, title, detail }]) =>
      section(`\`${code}\` · ${status}`, (language) => `**${title[language]}.** ${detail[language]}`),
    ),
    '## Warnings\n',
    'A write that is done may say so: `warnings: [{code, message}]`.\n',
    ...warnings.map(([code, { message }]) => section(`\`${code}\``, (language) => message[language])),
    '## Messages of the outbox\n',
    'Why one waits, was not sent, or may have been: its `error: {code, message, detail}`.\n',
    ...deliveries.map(([code, { message }]) => section(`\`${code}\``, (language) => message[language])),
  ].join('\n');
}

function section(heading: string, line: (language: (typeof languages)[number]) => string): string {
  return `### ${heading}\n\n${languages.map((language) => `- ${language}: ${line(language)}`).join('\n')}\n`;
}
