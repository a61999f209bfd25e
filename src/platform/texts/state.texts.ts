import { error } from './text.js';

const conflict = ['Conflict', 'Conflit', 'Conflict', 'Konflikt'] as const;
const taken = ['Already taken', 'Déjà utilisé', 'Al in gebruik', 'Bereits vergeben'] as const;
const reused = ['Key reused', 'Clé réutilisée', 'Sleutel hergebruikt', 'Schlüssel wiederverwendet'] as const;

/** What was asked does not fit the state that the office is in. */
export const stateTexts = {
  conflict: error(409, conflict, [
    'Someone else changed the same thing at the same time; read it again and retry.',
    "Quelqu'un d'autre a modifié la même chose au même moment ; relisez-la et réessayez.",
    'Iemand anders heeft tegelijk hetzelfde gewijzigd; lees het opnieuw en probeer nog eens.',
    'Jemand anders hat gleichzeitig dasselbe geändert; lesen Sie es erneut und versuchen Sie es noch einmal.',
  ]),
  already_in_client_group: error(409, conflict, [
    'Someone else just changed the client group of dossier {dossier}: it is now {clientGroup}.',
    "Quelqu'un d'autre vient de changer le groupe de clients du dossier {dossier} : c'est maintenant {clientGroup}.",
    'Iemand anders heeft zopas de klantengroep van dossier {dossier} gewijzigd: die is nu {clientGroup}.',
    'Jemand anders hat soeben die Mandantengruppe der Mandantenakte {dossier} geändert: Sie ist jetzt {clientGroup}.',
  ]),
  condition_not_met: error(409, conflict, [
    'Nothing was written: the condition on "{tuple}" is not met.',
    "Rien n'a été enregistré : la condition sur « {tuple} » n'est pas remplie.",
    'Er is niets opgeslagen: aan de voorwaarde over "{tuple}" is niet voldaan.',
    'Es wurde nichts gespeichert: Die Bedingung für „{tuple}“ ist nicht erfüllt.',
  ]),
  not_undoable: error(409, conflict, [
    'This change cannot be undone in one go.',
    "Cette modification ne peut pas être annulée d'un coup.",
    'Deze wijziging kan niet in één keer ongedaan worden gemaakt.',
    'Diese Änderung kann nicht in einem Schritt rückgängig gemacht werden.',
  ]),
  undo_not_safe: error(409, conflict, [
    'This change cannot be undone any more: {key} has been changed again since.',
    'Cette modification ne peut plus être annulée : {key} a encore été modifié depuis.',
    'Deze wijziging kan niet meer ongedaan worden gemaakt: {key} is intussen opnieuw gewijzigd.',
    'Diese Änderung kann nicht mehr rückgängig gemacht werden: {key} wurde seither erneut geändert.',
  ]),
  accesses_not_recorded: error(409, conflict, [
    'This service does not record every access in its database, so it cannot say who opened a dossier.',
    "Ce service n'enregistre pas chaque accès dans sa base de données et ne peut donc pas dire qui a ouvert un dossier.",
    'Deze dienst registreert niet elke toegang in zijn databank en kan dus niet zeggen wie een dossier heeft geopend.',
    'Dieser Dienst zeichnet nicht jeden Zugriff in seiner Datenbank auf und kann daher nicht sagen, wer eine Mandantenakte geöffnet hat.',
  ]),
  id_taken: error(409, taken, [
    'There already is one with the id {id}.',
    "L'identifiant {id} existe déjà.",
    'Er bestaat al een met het id {id}.',
    'Die Kennung {id} gibt es bereits.',
  ]),
  email_taken: error(409, taken, [
    'Another collaborator of the office has the e-mail address {email}.',
    "Un autre collaborateur du bureau utilise l'adresse e-mail {email}.",
    'Een andere medewerker van het kantoor heeft het e-mailadres {email}.',
    'Ein anderer Mitarbeiter der Kanzlei hat die E-Mail-Adresse {email}.',
  ]),
  enterprise_number_taken: error(409, taken, [
    'Another dossier of the office has the enterprise number {enterpriseNumber}.',
    "Un autre dossier du bureau porte le numéro d'entreprise {enterpriseNumber}.",
    'Een ander dossier van het kantoor heeft het ondernemingsnummer {enterpriseNumber}.',
    'Eine andere Mandantenakte der Kanzlei hat die Unternehmensnummer {enterpriseNumber}.',
  ]),
  idempotency_key_reused: error(422, reused, [
    'This Idempotency-Key was used before with another request.',
    'Cette Idempotency-Key a déjà servi pour une autre requête.',
    'Deze Idempotency-Key is al gebruikt voor een andere aanvraag.',
    'Dieser Idempotency-Key wurde bereits für eine andere Anfrage verwendet.',
  ]),
  stale_version: error(
    412,
    ['Stale version', 'Version périmée', 'Verouderde versie', 'Veraltete Version'],
    [
      'It was changed since you read it; "changes" says what changed. The current version is {etag}.',
      'Modifié depuis votre lecture ; « changes » indique ce qui a changé. La version actuelle est {etag}.',
      'Dit is gewijzigd sinds u het las; "changes" zegt wat er veranderd is. De huidige versie is {etag}.',
      'Seit dem Lesen wurde etwas geändert; „changes“ sagt, was. Die aktuelle Version ist {etag}.',
    ],
  ),
  if_match_required: error(
    428,
    ['If-Match required', 'If-Match requis', 'If-Match vereist', 'If-Match erforderlich'],
    [
      'Send the ETag that you read in If-Match, so that nobody else’s change is lost.',
      "Envoyez dans If-Match l'ETag que vous avez lu, afin qu'aucune modification d'autrui ne se perde.",
      'Stuur in If-Match de ETag die u hebt gelezen, zodat niemands wijziging verloren gaat.',
      'Senden Sie in If-Match den gelesenen ETag, damit keine Änderung anderer verloren geht.',
    ],
  ),
} as const;
