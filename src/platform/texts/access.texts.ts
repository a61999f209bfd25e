import { error } from './text.js';

const forbidden = ['Forbidden', 'Accès refusé', 'Geen toegang', 'Zugriff verweigert'] as const;
const notFound = ['Not found', 'Introuvable', 'Niet gevonden', 'Nicht gefunden'] as const;

/** Who is asking, and whether they may. */
export const accessTexts = {
  unauthenticated: error(
    401,
    ['Not authenticated', 'Non authentifié', 'Niet aangemeld', 'Nicht authentifiziert'],
    [
      'A valid API key or access token is needed.',
      "Une clé d'API ou un jeton d'accès valide est requis.",
      'Een geldige API-sleutel of een geldig toegangstoken is vereist.',
      'Ein gültiger API-Schlüssel oder ein gültiges Zugriffstoken ist erforderlich.',
    ],
  ),
  invalid_actor: error(
    400,
    ['Invalid actor', 'Acteur non valable', 'Ongeldige actor', 'Ungültiger Akteur'],
    [
      'Cardea-Actor names one collaborator by id, and comes only with an API key.',
      "Cardea-Actor désigne un collaborateur par son identifiant et n'accompagne qu'une clé d'API.",
      'Cardea-Actor noemt één medewerker met zijn id en komt alleen samen met een API-sleutel.',
      'Cardea-Actor nennt einen Mitarbeiter mit seiner Kennung und wird nur mit einem API-Schlüssel gesendet.',
    ],
  ),
  unknown_actor: error(403, forbidden, [
    'Cardea-Actor names {actor}, who is no collaborator of this office.',
    "Cardea-Actor désigne {actor}, qui n'est pas un collaborateur de ce bureau.",
    'Cardea-Actor noemt {actor}, die geen medewerker van dit kantoor is.',
    'Cardea-Actor nennt {actor}; das ist kein Mitarbeiter dieser Kanzlei.',
  ]),
  forbidden: error(403, forbidden, [
    'You may not do this.',
    "Vous n'avez pas le droit de faire cela.",
    'U mag dit niet doen.',
    'Sie dürfen dies nicht tun.',
  ]),
  insufficient_scope: error(403, forbidden, [
    'This needs a key with the scope {scope}.',
    'Ceci requiert une clé disposant de la portée {scope}.',
    'Hiervoor is een sleutel met het bereik {scope} nodig.',
    'Hierfür ist ein Schlüssel mit der Berechtigung {scope} erforderlich.',
  ]),
  not_found: error(404, notFound, [
    'There is nothing at this address.',
    "Il n'y a rien à cette adresse.",
    'Op dit adres is er niets.',
    'Unter dieser Adresse gibt es nichts.',
  ]),
  // One text for an office that does not exist and for one that the key does not belong to: the answer is no way to
  // learn which offices there are (rule 32).
  office_not_found: error(404, notFound, [
    'There is no such office.',
    "Ce bureau n'existe pas.",
    'Dit kantoor bestaat niet.',
    'Diese Kanzlei gibt es nicht.',
  ]),
} as const;
