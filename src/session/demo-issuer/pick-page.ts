import type { Language, Texts } from '#src/platform/languages.js';
import { escapeHtml } from '#src/platform/problem-page.js';
import type { Profile } from '#src/relations/vocabulary.js';
import type { DemoOffice, DemoPerson } from './people.js';

const texts = {
  title: { en: 'Who are you?', fr: 'Qui êtes-vous ?', nl: 'Wie bent u?', de: 'Wer sind Sie?' },
  explanation: {
    en: 'This is the demo: pick anyone, without a password.',
    fr: "Ceci est la démonstration : choisissez n'importe qui, sans mot de passe.",
    nl: 'Dit is de demo: kies iemand, zonder wachtwoord.',
    de: 'Dies ist die Demo: Wählen Sie irgendjemanden, ohne Passwort.',
  },
  nobody: {
    en: 'This office has no active collaborator.',
    fr: 'Ce bureau ne compte aucun collaborateur actif.',
    nl: 'Dit kantoor heeft geen actieve medewerker.',
    de: 'Diese Kanzlei hat keinen aktiven Mitarbeiter.',
  },
} satisfies Record<string, Texts>;

const profileTexts: Record<Profile, Texts> = {
  admin: { en: 'Administrator', fr: 'Administrateur', nl: 'Beheerder', de: 'Administrator' },
  collaborator: { en: 'Collaborator', fr: 'Collaborateur', nl: 'Medewerker', de: 'Mitarbeiter' },
  support: { en: 'Support', fr: 'Support', nl: 'Ondersteuning', de: 'Support' },
};

export const styleSheet = `:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
body { margin: 0 auto; max-width: 44rem; padding: 1rem; line-height: 1.5; }
ul { list-style: none; margin: 0; padding: 0; }
li a { display: flex; flex-wrap: wrap; gap: 0 0.75rem; padding: 0.5rem; border-radius: 0.25rem; color: inherit; text-decoration: none; }
li a:hover, li a:focus-visible { outline: 2px solid; }
.name { font-weight: 600; }
.email { flex: 1; overflow-wrap: anywhere; }
.profile { border: 1px solid; border-radius: 1rem; padding: 0 0.6rem; font-size: 0.875rem; }
.admin { background: light-dark(#1d4ed8, #93c5fd); color: light-dark(#fff, #000); }
.support { border-style: dashed; }
`;

/** The page on which a visitor of the demo picks whom they are: links alone, no script. */
export function pickPage(offices: readonly DemoOffice[], uid: string, language: Language): string {
  const list = offices.map((office) => section(office, uid, language)).join('');
  return `<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>${texts.title[language]} – Cardea</title>
    <link rel="stylesheet" href="/pick.css" />
  </head>
  <body>
    <main>
      <h1>${texts.title[language]}</h1>
      <p>${texts.explanation[language]}</p>${list}
    </main>
  </body>
</html>
`;
}

function section({ id, name, people }: DemoOffice, uid: string, language: Language): string {
  const heading = `office-${escapeHtml(id)}`;
  const items = people.map((person) => item(person, uid, language)).join('');
  return `
      <section aria-labelledby="${heading}">
        <h2 id="${heading}">${escapeHtml(name)}</h2>
        ${items === '' ? `<p>${texts.nobody[language]}</p>` : `<ul>${items}\n        </ul>`}
      </section>`;
}

function item(
  { office, id, firstName, lastName, email, profile }: DemoPerson,
  uid: string,
  language: Language,
): string {
  const name = `${firstName} ${lastName}`.trim() || id;
  const href = ['/pick', ...[uid, office, id].map(encodeURIComponent)].join('/');
  return `
          <li>
            <a href="${escapeHtml(href)}"
              ><span class="name">${escapeHtml(name)}</span> <span class="email">${escapeHtml(email)}</span>
              <span class="profile ${profile}">${profileTexts[profile][language]}</span></a
            >
          </li>`;
}
