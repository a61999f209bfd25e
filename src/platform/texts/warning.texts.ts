import { warn } from './text.js';

/** What was saved all the same, and should be known. */
export const warnings = {
  group_name_twin: warn(
    'There is another group called "{name}".',
    'Un autre groupe porte le nom « {name} ».',
    'Er is nog een groep met de naam "{name}".',
    'Es gibt noch eine Gruppe namens „{name}“.',
  ),
  activated_without_group: warn(
    'Dossier {dossier} has no client group. Those who can open it now: {who}.',
    "Le dossier {dossier} n'a pas de groupe de clients. Peuvent l'ouvrir maintenant : {who}.",
    'Dossier {dossier} heeft geen klantengroep. Wie het nu kan openen: {who}.',
    'Die Mandantenakte {dossier} hat keine Mandantengruppe. Öffnen können sie jetzt: {who}.',
  ),
  office_email_used: warn(
    'Dossier {dossier} has no active manager and no group e-mail: the address of the office is used.',
    "Le dossier {dossier} n'a ni gestionnaire actif ni e-mail de groupe : l'adresse du bureau est utilisée.",
    'Dossier {dossier} heeft geen actieve dossierbeheerder en geen groeps-e-mail: het adres van het kantoor wordt gebruikt.',
    'Die Mandantenakte {dossier} hat weder aktiven Aktenverantwortlichen noch Gruppen-E-Mail: Die Adresse der Kanzlei gilt.',
  ),
  inactive_collaborator: warn(
    'Collaborator {collaborator} is not active: this counts for nothing until they are active again.',
    "Le collaborateur {collaborator} n'est pas actif : ceci ne comptera qu'une fois qu'il le sera à nouveau.",
    'Medewerker {collaborator} is niet actief: dit telt pas wanneer die weer actief is.',
    'Der Mitarbeiter {collaborator} ist nicht aktiv: Dies zählt erst, wenn er wieder aktiv ist.',
  ),
} as const;
