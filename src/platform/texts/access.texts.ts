import { error } from './text.js';

const forbidden = ['Forbidden', 'Accès refusé', 'Geen toegang', 'Zugriff verweigert'] as const;
const notFound = ['Not found', 'Introuvable', 'Niet gevonden', 'Nicht gefunden'] as const;

/** Who is asking, and whether they may. */
export const accessTexts = {
  unauthenticated: error(
    401,
    ['Not authenticated', 'Non authentifié', 'Niet aangemeld', 'Nicht authentifiziert'],
    [
      'A valid API key, access token or session is needed.',
      "Une clé d'API, un jeton d'accès ou une session valide est requis.",
      'Een geldige API-sleutel, een geldig toegangstoken of een geldige sessie is vereist.',
      'Ein gültiger API-Schlüssel, ein gültiges Zugriffstoken oder eine gültige Sitzung ist erforderlich.',
    ],
  ),
  csrf_token_missing: error(403, forbidden, [
    'A request that comes with a session needs its CSRF token in X-CSRF-Token.',
    "Une requête faite dans une session requiert le jeton CSRF de celle-ci dans l'en-tête X-CSRF-Token.",
    'Een verzoek binnen een sessie heeft het CSRF-token van die sessie nodig in X-CSRF-Token.',
    'Eine Anfrage in einer Sitzung benötigt deren CSRF-Token in X-CSRF-Token.',
  ]),
  cross_site_request: error(403, forbidden, [
    'Another site may not use your session.',
    'Un autre site ne peut pas utiliser votre session.',
    'Een andere site mag uw sessie niet gebruiken.',
    'Eine andere Website darf Ihre Sitzung nicht verwenden.',
  ]),
  sign_in_not_configured: error(404, notFound, [
    'Nobody can sign in here: the service has no issuer, or no client at it.',
    "Personne ne peut se connecter ici : aucun fournisseur d'identité n'est configuré.",
    'Niemand kan zich hier aanmelden: er is geen identiteitsprovider ingesteld.',
    'Hier kann sich niemand anmelden: Es ist kein Identitätsanbieter eingerichtet.',
  ]),
  sign_in_failed: error(
    400,
    ['Sign-in failed', 'Échec de la connexion', 'Aanmelden mislukt', 'Anmeldung fehlgeschlagen'],
    [
      'The sign-in did not succeed, took too long, or was begun in another browser. Please begin again.',
      "La connexion n'a pas abouti, a pris trop de temps ou a commencé dans un autre navigateur. Veuillez recommencer.",
      'Het aanmelden is niet gelukt, duurde te lang of begon in een andere browser. Begin opnieuw.',
      'Die Anmeldung ist nicht gelungen, dauerte zu lange oder begann in einem anderen Browser. Bitte beginnen Sie neu.',
    ],
  ),
  no_active_collaborator: error(403, forbidden, [
    'You are known, but no office has you as an active collaborator. An administrator of your office can change that.',
    'Vous êtes identifié, mais aucun bureau ne vous compte parmi ses collaborateurs actifs. Un administrateur de votre bureau peut y remédier.',
    'Wij weten wie u bent, maar geen enkel kantoor heeft u als actieve medewerker. Een beheerder van uw kantoor kan dat wijzigen.',
    'Sie sind bekannt, aber in keiner Kanzlei aktiver Mitarbeiter. Ein Administrator Ihrer Kanzlei kann das ändern.',
  ]),
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
