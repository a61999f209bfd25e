import type { OpeningsKept } from '#src/audit/accesses.js';
import type { Language } from '#src/relations/vocabulary.js';

type Words<Name extends string> = Record<Language, Readonly<Record<Name, string>>>;

/** The columns of a review in their order. */
export const reviewColumns = [
  'collaborator',
  'name',
  'email',
  'profile',
  'dossier',
  'dossierName',
  'code',
  'actions',
  'path',
  'clientGroup',
  'clientGroupName',
  'collaboratorGroup',
  'collaboratorGroupName',
  'since',
  'by',
  'expires',
  'relationships',
  'lastOpened',
  'decision',
  'row',
] as const;
export type ReviewColumn = (typeof reviewColumns)[number];

function listed<Name extends string>(names: readonly Name[], texts: string): Record<Name, string> {
  const words = texts.split(' | ');
  return Object.fromEntries(names.map((name, at) => [name, words[at] ?? name])) as Record<Name, string>;
}

export const headings: Words<ReviewColumn> = {
  en: listed(
    reviewColumns,
    'Collaborator | Name | E-mail | Profile | Dossier | Dossier name | Code | Actions | Access by | Client group | ' +
      'Client group name | Collaborator group | Collaborator group name | Since | Granted by | Expires | ' +
      'Relationships | Last opened | Decision | Row (do not change)',
  ),
  fr: listed(
    reviewColumns,
    'Collaborateur | Nom | E-mail | Profil | Dossier | Nom du dossier | Code | Actions | Accès par | ' +
      'Groupe de clients | Nom du groupe de clients | Groupe de collaborateurs | Nom du groupe de collaborateurs | ' +
      'Depuis | Accordé par | Expire | Relations | Dernière ouverture | Décision | Ligne (ne pas modifier)',
  ),
  nl: listed(
    reviewColumns,
    'Medewerker | Naam | E-mail | Profiel | Dossier | Naam van het dossier | Code | Acties | Toegang via | ' +
      'Klantengroep | Naam van de klantengroep | Medewerkersgroep | Naam van de medewerkersgroep | ' +
      'Sinds | Toegekend door | Vervalt | Relaties | Laatst geopend | Beslissing | Rij (niet wijzigen)',
  ),
  de: listed(
    reviewColumns,
    'Mitarbeiter | Name | E-Mail | Profil | Akte | Name der Akte | Code | Aktionen | Zugriff über | ' +
      'Mandantengruppe | Name der Mandantengruppe | Mitarbeitergruppe | Name der Mitarbeitergruppe | ' +
      'Seit | Erteilt von | Läuft ab | Beziehungen | Zuletzt geöffnet | Entscheidung | Zeile (nicht ändern)',
  ),
};

/** What a reviewer writes into the column of decisions. */
export const decisionWords: Words<'keep' | 'revoke'> = {
  en: { keep: 'keep', revoke: 'revoke' },
  fr: { keep: 'conserver', revoke: 'retirer' },
  nl: { keep: 'behouden', revoke: 'intrekken' },
  de: { keep: 'behalten', revoke: 'entziehen' },
};

/** What the paths of the shipped policy are called; one that another policy knows is called by its own name. */
export const pathWords: Words<'admin' | 'manager' | 'guest' | 'client_group' | 'collaborator_group' | 'rule'> = {
  en: {
    admin: 'administrator profile',
    manager: 'dossier manager',
    guest: 'guest',
    client_group: 'client group',
    collaborator_group: 'collaborator group',
    rule: 'a rule',
  },
  fr: {
    admin: 'profil administrateur',
    manager: 'gestionnaire de dossier',
    guest: 'invité',
    client_group: 'groupe de clients',
    collaborator_group: 'groupe de collaborateurs',
    rule: 'une règle',
  },
  nl: {
    admin: 'profiel administrator',
    manager: 'dossierbeheerder',
    guest: 'gast',
    client_group: 'klantengroep',
    collaborator_group: 'medewerkersgroep',
    rule: 'een regel',
  },
  de: {
    admin: 'Profil Administrator',
    manager: 'Aktenverantwortlicher',
    guest: 'Gast',
    client_group: 'Mandantengruppe',
    collaborator_group: 'Mitarbeitergruppe',
    rule: 'eine Regel',
  },
};

/** What the column of last openings is taken from, said so that an empty cell is not misread. */
export const openingWords: Words<'heading' | 'all' | 'lossy' | 'sampled' | 'none' | 'unknown'> = {
  en: {
    heading: 'Last opened',
    all: 'From all decisions of this service since {since}. Empty: not opened since then.',
    lossy: 'From the decisions of this service since {since}; {lost} are missing. Empty does not mean: not opened.',
    sampled: 'From {share} % of the decisions of this service since {since}. Empty does not mean: not opened.',
    none: 'No decision has been logged yet. Empty does not mean: not opened.',
    unknown: 'Not known: decisions that allow something are not logged in PostgreSQL. Empty does not mean: not opened.',
  },
  fr: {
    heading: 'Dernière ouverture',
    all: 'D’après toutes les décisions de ce service depuis {since}. Vide : pas ouvert depuis.',
    lossy:
      'D’après les décisions de ce service depuis {since} ; il en manque {lost}. Vide ne veut pas dire : pas ouvert.',
    sampled: 'D’après {share} % des décisions de ce service depuis {since}. Vide ne veut pas dire : pas ouvert.',
    none: 'Aucune décision n’est encore consignée. Vide ne veut pas dire : pas ouvert.',
    unknown:
      'Inconnue : les décisions qui autorisent ne sont pas consignées dans PostgreSQL. Vide ne veut pas dire : pas ouvert.',
  },
  nl: {
    heading: 'Laatst geopend',
    all: 'Volgens alle beslissingen van deze dienst sinds {since}. Leeg: sindsdien niet geopend.',
    lossy: 'Volgens de beslissingen van deze dienst sinds {since}; {lost} ontbreken. Leeg betekent niet: niet geopend.',
    sampled: 'Volgens {share} % van de beslissingen van deze dienst sinds {since}. Leeg betekent niet: niet geopend.',
    none: 'Er is nog geen beslissing gelogd. Leeg betekent niet: niet geopend.',
    unknown:
      'Niet bekend: beslissingen die iets toestaan worden niet in PostgreSQL gelogd. Leeg betekent niet: niet geopend.',
  },
  de: {
    heading: 'Zuletzt geöffnet',
    all: 'Aus allen Entscheidungen dieses Dienstes seit {since}. Leer: seither nicht geöffnet.',
    lossy: 'Aus den Entscheidungen dieses Dienstes seit {since}; {lost} fehlen. Leer heißt nicht: nicht geöffnet.',
    sampled: 'Aus {share} % der Entscheidungen dieses Dienstes seit {since}. Leer heißt nicht: nicht geöffnet.',
    none: 'Noch ist keine Entscheidung protokolliert. Leer heißt nicht: nicht geöffnet.',
    unknown:
      'Nicht bekannt: Entscheidungen, die etwas erlauben, werden nicht in PostgreSQL protokolliert. Leer heißt nicht: nicht geöffnet.',
  },
};

/** Of what the last openings of a review are, in the words of the reader. */
export function openingsText(language: Language, { share, since, lost }: OpeningsKept): string {
  const words = openingWords[language];
  if (share === 0) return words.unknown;
  if (since === null) return words.none;
  const text = share < 1 ? words.sampled : lost > 0 ? words.lossy : words.all;
  const percent = String(Number((share * 100).toPrecision(3)));
  return text.replace('{share}', percent).replace('{since}', since).replace('{lost}', String(lost));
}

const aboutNames = [
  'review',
  'about',
  'office',
  'time',
  'asOf',
  'revision',
  'policy',
  'policySet',
  'filter',
  'rows',
] as const;

/** The names of the two sheets, and what the second one tells. */
export const aboutWords: Words<(typeof aboutNames)[number]> = {
  en: listed(
    aboutNames,
    'Access review | About | Office | Time | As of | Revision | Policy | Policy set | Filter | Rows',
  ),
  fr: listed(
    aboutNames,
    'Revue des accès | À propos | Bureau | Heure | À la date du | Révision | Politique | Jeu de politiques | Filtre | Lignes',
  ),
  nl: listed(
    aboutNames,
    'Toegangscontrole | Over | Kantoor | Tijdstip | Zoals op | Revisie | Beleid | Beleidsset | Filter | Rijen',
  ),
  de: listed(
    aboutNames,
    'Zugriffsprüfung | Info | Kanzlei | Zeitpunkt | Stand vom | Revision | Richtlinie | Richtliniensatz | Filter | Zeilen',
  ),
};
