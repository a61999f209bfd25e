import { error } from './text.js';

const malformed = ['Malformed request', 'Requête mal formée', 'Ongeldige aanvraag', 'Fehlerhafte Anfrage'] as const;
const tooLarge = ['Too large', 'Trop volumineux', 'Te groot', 'Zu groß'] as const;

/** What can be wrong with a request before anyone looks at what it means. */
export const requestTexts = {
  malformed_json: error(400, malformed, [
    'The body is not valid JSON in UTF-8.',
    "Le corps de la requête n'est pas du JSON valide en UTF-8.",
    'De inhoud is geen geldige JSON in UTF-8.',
    'Der Inhalt ist kein gültiges JSON in UTF-8.',
  ]),
  duplicate_member: error(400, malformed, [
    'An object in the body has the same member twice.',
    'Un objet du corps de la requête contient deux fois le même membre.',
    'Een object in de inhoud bevat tweemaal hetzelfde lid.',
    'Ein Objekt im Inhalt enthält dasselbe Element zweimal.',
  ]),
  reserved_member: error(400, malformed, [
    'A member may not be called "{name}".',
    'Un membre ne peut pas s’appeler « {name} ».',
    'Een lid mag niet "{name}" heten.',
    'Ein Element darf nicht „{name}“ heißen.',
  ]),
  json_too_deep: error(400, malformed, [
    'The body is nested more than {max} levels deep.',
    'Le corps de la requête est imbriqué sur plus de {max} niveaux.',
    'De inhoud is meer dan {max} niveaus diep genest.',
    'Der Inhalt ist mehr als {max} Ebenen tief verschachtelt.',
  ]),
  array_too_long: error(400, malformed, [
    'A list in the body has more than {max} items.',
    'Une liste du corps de la requête compte plus de {max} éléments.',
    'Een lijst in de inhoud bevat meer dan {max} elementen.',
    'Eine Liste im Inhalt hat mehr als {max} Einträge.',
  ]),
  unrepresentable_value: error(400, malformed, [
    'A value in the body cannot be stored: a number is out of range, or a text holds a NUL or half a character.',
    'Une valeur du corps ne peut pas être enregistrée : nombre hors limites, ou texte contenant un caractère NUL ou tronqué.',
    'Een waarde in de inhoud kan niet worden bewaard: een getal buiten bereik, of een tekst met een NUL-teken of een half teken.',
    'Ein Wert im Inhalt kann nicht gespeichert werden: Zahl außerhalb des Bereichs oder Text mit NUL- oder halbem Zeichen.',
  ]),
  invalid_request: error(
    400,
    ['Invalid request', 'Requête invalide', 'Ongeldige aanvraag', 'Ungültige Anfrage'],
    [
      'The request does not have the expected form; "errors" says where.',
      "La requête n'a pas la forme attendue ; « errors » indique où.",
      'De aanvraag heeft niet de verwachte vorm; "errors" zegt waar.',
      'Die Anfrage hat nicht die erwartete Form; „errors“ nennt die Stellen.',
    ],
  ),
  invalid_cursor: error(400, malformed, [
    'The cursor was not made by this list with this query.',
    'Le curseur ne provient pas de cette liste avec cette requête.',
    'De cursor komt niet van deze lijst met deze zoekopdracht.',
    'Der Cursor stammt nicht aus dieser Liste mit dieser Abfrage.',
  ]),
  method_not_allowed: error(
    405,
    ['Method not allowed', 'Méthode non autorisée', 'Methode niet toegestaan', 'Methode nicht erlaubt'],
    [
      'Here only {methods} can be used.',
      'Seules les méthodes {methods} sont acceptées ici.',
      'Hier zijn alleen deze methodes toegestaan: {methods}.',
      'Hier sind nur diese Methoden erlaubt: {methods}.',
    ],
  ),
  request_timeout: error(
    408,
    ['Request timeout', 'Délai dépassé', 'Time-out van de aanvraag', 'Zeitüberschreitung der Anfrage'],
    [
      'The request did not arrive completely in time.',
      "La requête n'est pas arrivée entièrement dans le délai imparti.",
      'De aanvraag is niet op tijd volledig aangekomen.',
      'Die Anfrage ist nicht rechtzeitig vollständig eingetroffen.',
    ],
  ),
  payload_too_large: error(413, tooLarge, [
    'The body is larger than this route accepts.',
    'Le corps de la requête dépasse la taille acceptée ici.',
    'De inhoud is groter dan hier wordt aanvaard.',
    'Der Inhalt ist größer als hier zulässig.',
  ]),
  uri_too_long: error(414, tooLarge, [
    'A part of the address is longer than any id may be.',
    "Une partie de l'adresse est plus longue qu'un identifiant ne peut l'être.",
    'Een deel van het adres is langer dan een id mag zijn.',
    'Ein Teil der Adresse ist länger, als eine Kennung sein darf.',
  ]),
  unsupported_media_type: error(
    415,
    [
      'Unsupported media type',
      'Type de contenu non pris en charge',
      'Niet-ondersteund type',
      'Nicht unterstützter Typ',
    ],
    [
      'The body is not of a type that this route accepts; send application/json in UTF-8 unless it says otherwise.',
      "Le type du contenu n'est pas accepté ici ; envoyez application/json en UTF-8, sauf indication contraire.",
      'Dit type inhoud wordt hier niet aanvaard; stuur application/json in UTF-8, tenzij anders vermeld.',
      'Dieser Inhaltstyp wird hier nicht akzeptiert; senden Sie application/json in UTF-8, sofern nicht anders angegeben.',
    ],
  ),
  too_many_requests: error(
    429,
    ['Too many requests', 'Trop de requêtes', 'Te veel aanvragen', 'Zu viele Anfragen'],
    [
      'There are too many requests at the moment; try again after the time in Retry-After.',
      'Trop de requêtes pour le moment ; réessayez après le délai indiqué par Retry-After.',
      'Er zijn op dit moment te veel aanvragen; probeer opnieuw na de tijd in Retry-After.',
      'Zurzeit gibt es zu viele Anfragen; versuchen Sie es nach der Zeit in Retry-After erneut.',
    ],
  ),
  headers_too_large: error(431, tooLarge, [
    'The headers of the request are too large.',
    'Les en-têtes de la requête sont trop volumineux.',
    'De headers van de aanvraag zijn te groot.',
    'Die Kopfzeilen der Anfrage sind zu groß.',
  ]),
  internal: error(
    500,
    ['Internal error', 'Erreur interne', 'Interne fout', 'Interner Fehler'],
    [
      'Something went wrong on our side. Give the request id when you report it.',
      "Une erreur s'est produite de notre côté. Mentionnez l'identifiant de la requête si vous la signalez.",
      'Er is aan onze kant iets misgegaan. Vermeld het aanvraag-id als u dit meldt.',
      'Auf unserer Seite ist ein Fehler aufgetreten. Nennen Sie bei einer Meldung die Anfragekennung.',
    ],
  ),
  overloaded: error(
    503,
    ['Overloaded', 'Surcharge', 'Overbelast', 'Überlastet'],
    [
      'The service has more requests than it can take; try again after the time in Retry-After.',
      "Le service reçoit plus de requêtes qu'il ne peut en traiter ; réessayez après le délai indiqué par Retry-After.",
      'De dienst krijgt meer aanvragen dan hij aankan; probeer opnieuw na de tijd in Retry-After.',
      'Der Dienst erhält mehr Anfragen, als er bearbeiten kann; versuchen Sie es nach der Zeit in Retry-After erneut.',
    ],
  ),
  unavailable: error(
    503,
    ['Unavailable', 'Indisponible', 'Niet beschikbaar', 'Nicht verfügbar'],
    [
      'The service cannot give a reliable answer right now; try again after the time in Retry-After.',
      'Le service ne peut pas donner de réponse fiable pour le moment ; réessayez après le délai indiqué par Retry-After.',
      'De dienst kan nu geen betrouwbaar antwoord geven; probeer opnieuw na de tijd in Retry-After.',
      'Der Dienst kann derzeit keine verlässliche Antwort geben; versuchen Sie es nach der Zeit in Retry-After erneut.',
    ],
  ),
  unknown_revision: error(400, malformed, [
    'Revision {revision} does not exist in this office yet.',
    'La révision {revision} n’existe pas encore dans ce bureau.',
    'Revisie {revision} bestaat nog niet in dit kantoor.',
    'Die Revision {revision} gibt es in dieser Kanzlei noch nicht.',
  ]),
  before_the_trail: error(
    400,
    ['Before the trail', 'Avant la piste d’audit', 'Vóór het auditspoor', 'Vor dem Prüfpfad'],
    [
      'There is nothing to tell of that moment: the trail of this office begins at {at}.',
      'Il n’y a rien à dire de ce moment : la piste d’audit de ce bureau commence le {at}.',
      'Over dat moment valt niets te zeggen: het auditspoor van dit kantoor begint op {at}.',
      'Über diesen Zeitpunkt lässt sich nichts sagen: Der Prüfpfad dieser Kanzlei beginnt am {at}.',
    ],
  ),
} as const;
