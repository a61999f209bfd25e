import { error, warn } from './text.js';

const broken = ['Template broken', 'Modèle incorrect', 'Sjabloon onjuist', 'Vorlage fehlerhaft'] as const;

const unfit = ['Conflict', 'Conflit', 'Conflict', 'Konflikt'] as const;

/** What can be wrong with a communication. */
export const mailTexts = {
  template_field_unknown: error(422, broken, [
    'There is no field "{field}" of a dossier; there are: {fields}.',
    'Un dossier n’a pas de champ « {field} » ; les champs sont : {fields}.',
    'Een dossier heeft geen veld "{field}"; de velden zijn: {fields}.',
    'Eine Mandantenakte hat kein Feld „{field}“; es gibt: {fields}.',
  ]),
  template_broken: error(422, broken, [
    'Two opening braces begin a field, and here they do not: "{text}". A backslash before them makes them text.',
    'Deux accolades ouvrantes commencent un champ, et pas ici : « {text} ». Une barre oblique inverse en fait du texte.',
    'Twee openende accolades beginnen een veld, en hier niet: "{text}". Met een backslash ervoor zijn ze tekst.',
    'Zwei öffnende Klammern beginnen ein Feld, hier aber nicht: „{text}“. Mit einem Backslash davor sind sie Text.',
  ]),
  message_without_subject: error(422, broken, [
    'Filled in for dossier {dossier}, the subject is empty.',
    'Une fois complété pour le dossier {dossier}, l’objet est vide.',
    'Ingevuld voor dossier {dossier} is het onderwerp leeg.',
    'Für die Mandantenakte {dossier} ausgefüllt, ist der Betreff leer.',
  ]),
  message_status: error(409, unfit, [
    'The message to dossier {dossier} is "{status}": this cannot be done with it.',
    'Le message au dossier {dossier} est « {status} » : cette action est impossible.',
    'Het bericht aan dossier {dossier} is "{status}": dit kan er niet mee.',
    'Die Nachricht an die Mandantenakte {dossier} ist „{status}“: Das geht mit ihr nicht.',
  ]),
} as const;

/** What was queued all the same, and should be known. */
export const mailWarnings = {
  mail_not_sent: warn(
    'No mail server is set up: messages stay in the outbox and are not sent.',
    'Aucun serveur de messagerie n’est configuré : les messages restent dans la boîte d’envoi et ne partent pas.',
    'Er is geen mailserver ingesteld: berichten blijven in het postvak uit en worden niet verzonden.',
    'Es ist kein Mailserver eingerichtet: Nachrichten bleiben im Postausgang und werden nicht gesendet.',
  ),
  template_field_empty: warn(
    'The field "{field}" is empty for {count} of the messages.',
    'Le champ « {field} » est vide pour {count} des messages.',
    'Het veld "{field}" is leeg voor {count} van de berichten.',
    'Das Feld „{field}“ ist bei {count} der Nachrichten leer.',
  ),
} as const;

/** Why a message waits, was not sent, or may have been: stable codes, kept with the message. */
export const deliveryTexts = {
  deferred: warn(
    'The mail server does not take it for now; it is tried again.',
    'Le serveur de messagerie ne l’accepte pas pour le moment ; un nouvel essai suivra.',
    'De mailserver neemt het voorlopig niet aan; er wordt opnieuw geprobeerd.',
    'Der Mailserver nimmt sie vorerst nicht an; es wird erneut versucht.',
  ),
  server_unreachable: warn(
    'The mail server cannot be reached or used; it is tried again.',
    'Le serveur de messagerie est injoignable ou inutilisable ; un nouvel essai suivra.',
    'De mailserver is onbereikbaar of onbruikbaar; er wordt opnieuw geprobeerd.',
    'Der Mailserver ist nicht erreichbar oder nicht nutzbar; es wird erneut versucht.',
  ),
  recipient_refused: warn(
    'The mail server refuses the recipient’s address.',
    'Le serveur de messagerie refuse l’adresse du destinataire.',
    'De mailserver weigert het adres van de ontvanger.',
    'Der Mailserver weist die Adresse des Empfängers ab.',
  ),
  sender_refused: warn(
    'The mail server refuses the sender’s address.',
    'Le serveur de messagerie refuse l’adresse de l’expéditeur.',
    'De mailserver weigert het adres van de afzender.',
    'Der Mailserver weist die Adresse des Absenders ab.',
  ),
  message_refused: warn(
    'The mail server refuses the message.',
    'Le serveur de messagerie refuse le message.',
    'De mailserver weigert het bericht.',
    'Der Mailserver weist die Nachricht ab.',
  ),
  gave_up: warn(
    'It could not be sent within {hours} hours.',
    'Il n’a pas pu être envoyé en {hours} heures.',
    'Het kon niet binnen {hours} uur worden verzonden.',
    'Sie konnte nicht innerhalb von {hours} Stunden gesendet werden.',
  ),
  not_allowed: warn(
    'Whoever queued it may no longer communicate with this dossier.',
    'La personne qui l’a mis en attente ne peut plus communiquer avec ce dossier.',
    'Wie het klaarzette, mag niet meer met dit dossier communiceren.',
    'Wer sie bereitgestellt hat, darf mit dieser Mandantenakte nicht mehr kommunizieren.',
  ),
  no_address: warn(
    'The dossier no longer has an e-mail address.',
    'Le dossier n’a plus d’adresse e-mail.',
    'Het dossier heeft geen e-mailadres meer.',
    'Die Mandantenakte hat keine E-Mail-Adresse mehr.',
  ),
  answer_lost: warn(
    'The mail server gave no answer: it may have been sent. It is not sent again by itself.',
    'Le serveur de messagerie n’a pas répondu : il est peut-être parti. Il n’est pas renvoyé automatiquement.',
    'De mailserver gaf geen antwoord: het is misschien verzonden. Het wordt niet vanzelf opnieuw verzonden.',
    'Der Mailserver gab keine Antwort: Sie ist vielleicht gesendet. Sie wird nicht von selbst erneut gesendet.',
  ),
  interrupted: warn(
    'The service ended while it was being sent: it may have been sent. It is not sent again by itself.',
    'Le service s’est arrêté pendant l’envoi : il est peut-être parti. Il n’est pas renvoyé automatiquement.',
    'De dienst stopte tijdens het verzenden: het is misschien verzonden. Het wordt niet vanzelf opnieuw verzonden.',
    'Der Dienst endete während des Sendens: Sie ist vielleicht gesendet. Sie wird nicht von selbst erneut gesendet.',
  ),
} as const;
