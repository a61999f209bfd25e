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
