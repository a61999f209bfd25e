import { error } from './text.js';

const notImported = ['Not imported', 'Non importé', 'Niet geïmporteerd', 'Nicht importiert'] as const;

/** What can be wrong with an import as a whole, or with the form of one of its lines. */
export const importTexts = {
  no_dry_run: error(422, notImported, [
    'An import cannot be previewed: it is applied piece by piece. Import into another office to try it out.',
    "Une importation ne peut pas être prévisualisée : elle s'applique par étapes. Pour l'essayer, importez dans un autre bureau.",
    'Een import kan niet vooraf worden bekeken: hij gebeurt in stappen. Importeer in een ander kantoor om het te proberen.',
    'Für einen Import gibt es keine Vorschau: Er erfolgt schrittweise. Importieren Sie zum Ausprobieren in eine andere Kanzlei.',
  ]),
  not_utf8: error(400, notImported, [
    'Line {line} is not in UTF-8, and nothing was imported. In Excel, save as "CSV UTF-8".',
    "La ligne {line} n'est pas en UTF-8, et rien n'a été importé. Dans Excel, enregistrez au format « CSV UTF-8 ».",
    'Regel {line} is niet in UTF-8, en er is niets geïmporteerd. Sla in Excel op als "CSV UTF-8".',
    'Zeile {line} ist nicht in UTF-8, und es wurde nichts importiert. Speichern Sie in Excel als „CSV UTF-8“.',
  ]),
  csv_header: error(400, notImported, [
    'The first line must name these columns, each once, separated by ";" or ",": {columns}.',
    'La première ligne doit nommer ces colonnes, chacune une fois, séparées par « ; » ou « , » : {columns}.',
    'De eerste regel moet deze kolommen noemen, elk één keer, gescheiden door ";" of ",": {columns}.',
    'Die erste Zeile muss diese Spalten je einmal nennen, getrennt durch „;“ oder „,“: {columns}.',
  ]),
  line_too_long: error(400, notImported, [
    'A line can have at most {max} bytes.',
    'Une ligne peut compter au maximum {max} octets.',
    'Een regel mag hoogstens {max} bytes tellen.',
    'Eine Zeile darf höchstens {max} Bytes haben.',
  ]),
  malformed_csv: error(400, notImported, [
    'This row cannot be read: {problem}.',
    'Cette ligne est illisible : {problem}.',
    'Deze rij is onleesbaar: {problem}.',
    'Diese Zeile ist nicht lesbar: {problem}.',
  ]),
  ambiguous_name: error(422, notImported, [
    'Several client groups are called "{name}"; it is not clear which one is meant.',
    "Plusieurs groupes de clients s'appellent « {name} » ; on ne sait pas lequel est visé.",
    'Verschillende klantengroepen heten "{name}"; het is niet duidelijk welke bedoeld is.',
    'Mehrere Mandantengruppen heißen „{name}“; es ist nicht klar, welche gemeint ist.',
  ]),
  too_many_refused_lines: error(422, notImported, [
    'More than {max} lines were refused: the import was stopped. What was applied until then stays.',
    "Plus de {max} lignes ont été refusées : l'importation a été arrêtée. Ce qui a été appliqué jusque-là reste.",
    'Meer dan {max} regels zijn geweigerd: de import is gestopt. Wat tot dan toe is toegepast, blijft.',
    'Mehr als {max} Zeilen wurden abgelehnt: Der Import wurde beendet. Was bis dahin übernommen wurde, bleibt.',
  ]),
} as const;
