import type { FastifyRequest } from 'fastify';
import type { Language, Texts } from './languages.js';
import type { ProblemBody } from './problem-response.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Set by `@RouteConfig({ isPage: true })`: it is a browser that shows the answer, errors included. */
    isPage?: boolean;
  }
}

const onward: Texts = {
  en: 'Go to the console',
  fr: 'Aller à la console',
  nl: 'Naar de console',
  de: 'Zur Konsole',
};

/** No script, no style, no form, nothing from elsewhere. */
const contentSecurityPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Whether a problem of this request is one that a person reads in their browser. */
export function wantsPage({ headers, routeOptions }: FastifyRequest): boolean {
  return routeOptions.config.isPage === true && (headers.accept ?? '').includes('text/html');
}

export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': contentSecurityPolicy,
  'referrer-policy': 'no-referrer',
};

/** A problem as a page. */
export function problemPage({ title, detail, requestId }: ProblemBody, language: Language): string {
  return `<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>${escapeHtml(title)} – Cardea</title>
  </head>
  <body>
    <main>
      <h1>${escapeHtml(title)}</h1>
      <p>${escapeHtml(detail)}</p>
      <p><a href="../console">${onward[language]}</a></p>
      <p><small>${escapeHtml(requestId)}</small></p>
    </main>
  </body>
</html>
`;
}

/** A text as the content of an element or of an attribute in quotes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
