import { error } from './text.js';

const notRead = ['Not read', 'Non lu', 'Niet gelezen', 'Nicht gelesen'] as const;
const notRevoked = ['Not revoked', 'Non retiré', 'Niet ingetrokken', 'Nicht entzogen'] as const;

/** What can be wrong with an access review that comes back, or with the decision on one of its rows. */
export const reviewTexts = {
  review_unreadable: error(400, notRead, [
    'The file is no Excel workbook that can be read, and nothing was revoked.',
    "Le fichier n'est pas un classeur Excel lisible, et rien n'a été retiré.",
    'Het bestand is geen leesbare Excel-werkmap, en er is niets ingetrokken.',
    'Die Datei ist keine lesbare Excel-Arbeitsmappe, und es wurde nichts entzogen.',
  ]),
  review_header: error(400, notRead, [
    'No sheet begins with the columns of an access review ({columns}); nothing was revoked.',
    "Aucune feuille ne commence par les colonnes d'une revue des accès ({columns}) ; rien n'a été retiré.",
    'Geen blad begint met de kolommen van een toegangscontrole ({columns}); er is niets ingetrokken.',
    'Kein Blatt beginnt mit den Spalten einer Zugriffsprüfung ({columns}); es wurde nichts entzogen.',
  ]),
  review_row_altered: error(422, notRevoked, [
    'This row is not as it was written for this office: its cells were changed or mixed up.',
    "Cette ligne n'est pas telle qu'elle a été écrite pour ce bureau : ses cellules ont été modifiées ou mélangées.",
    'Deze rij is niet zoals ze voor dit kantoor is geschreven: haar cellen zijn gewijzigd of door elkaar gehaald.',
    'Diese Zeile ist nicht so, wie sie für diese Kanzlei geschrieben wurde: Ihre Zellen wurden geändert oder vertauscht.',
  ]),
  review_decision: error(422, notRevoked, [
    'The decision "{decision}" is neither keep nor revoke.',
    "La décision « {decision} » n'est ni conserver ni retirer.",
    'De beslissing "{decision}" is noch behouden noch intrekken.',
    'Die Entscheidung „{decision}“ ist weder behalten noch entziehen.',
  ]),
  review_stale: error(409, notRevoked, [
    'This access has changed since the file was made; make a new one.',
    'Cet accès a changé depuis la création du fichier ; créez-en un nouveau.',
    'Deze toegang is gewijzigd sinds het bestand is gemaakt; maak een nieuw.',
    'Dieser Zugriff hat sich geändert, seit die Datei erstellt wurde; erstellen Sie eine neue.',
  ]),
  review_also_kept: error(409, notRevoked, [
    'Another row keeps what gives this access, {tuple}: removing it would end both.',
    'Une autre ligne conserve ce qui donne cet accès, {tuple} : le retirer mettrait fin aux deux.',
    'Een andere rij behoudt wat deze toegang geeft, {tuple}: het intrekken zou beide beëindigen.',
    'Eine andere Zeile behält, was diesen Zugriff gibt, {tuple}: Das Entziehen würde beide beenden.',
  ]),
  not_by_relationship: error(422, notRevoked, [
    'This access comes from the profile or from a rule, not from a relationship that could be removed.',
    "Cet accès vient du profil ou d'une règle, et non d'une relation qui pourrait être retirée.",
    'Deze toegang komt van het profiel of van een regel, niet van een relatie die kan worden ingetrokken.',
    'Dieser Zugriff kommt aus dem Profil oder aus einer Regel, nicht aus einer Beziehung, die entzogen werden könnte.',
  ]),
} as const;
