import { error } from './text.js';

const broken = ['Rule broken', 'Règle non respectée', 'Regel niet nageleefd', 'Regel verletzt'] as const;

/** The rules of the domain that a well-formed request can break. */
export const ruleTexts = {
  last_admin: error(422, broken, [
    'An office always keeps at least one active admin, and this is the last one.',
    "Un bureau garde toujours au moins un administrateur actif, et c'est le dernier.",
    'Een kantoor houdt altijd minstens één actieve beheerder, en dit is de laatste.',
    'Eine Kanzlei behält immer mindestens einen aktiven Administrator, und dies ist der letzte.',
  ]),
  private_needs_manager: error(422, broken, [
    'The private dossier {dossier} needs at least one active manager at all times.',
    'Le dossier privé {dossier} doit toujours avoir au moins un gestionnaire actif.',
    'Het privédossier {dossier} moet altijd minstens één actieve dossierbeheerder hebben.',
    'Die private Mandantenakte {dossier} braucht jederzeit mindestens einen aktiven Aktenverantwortlichen.',
  ]),
  dossier_not_active: error(422, broken, [
    'Dossier {dossier} is not active.',
    "Le dossier {dossier} n'est pas actif.",
    'Dossier {dossier} is niet actief.',
    'Die Mandantenakte {dossier} ist nicht aktiv.',
  ]),
  group_name_taken: error(422, broken, [
    'There already is a group called "{name}", and this office wants their names to differ.',
    'Un groupe nommé « {name} » existe déjà, et ce bureau exige des noms différents.',
    'Er is al een groep met de naam "{name}", en dit kantoor wil verschillende namen.',
    'Es gibt bereits eine Gruppe namens „{name}“, und diese Kanzlei verlangt unterschiedliche Namen.',
  ]),
  group_name_blank: error(422, broken, [
    'The name of a group cannot be blank.',
    "Le nom d'un groupe ne peut pas être vide.",
    'De naam van een groep mag niet leeg zijn.',
    'Der Name einer Gruppe darf nicht leer sein.',
  ]),
  not_private: error(422, broken, [
    'Dossier {dossier} is not private: there is no glass to break.',
    "Le dossier {dossier} n'est pas privé : l'accès d'urgence n'a pas lieu d'être.",
    'Dossier {dossier} is niet privé: noodtoegang is niet nodig.',
    'Die Mandantenakte {dossier} ist nicht privat: Ein Notfallzugriff ist nicht nötig.',
  ]),
  break_glass_needs_reason: error(422, broken, [
    'Emergency access to a private dossier needs a written reason.',
    "L'accès d'urgence à un dossier privé requiert un motif écrit.",
    'Noodtoegang tot een privédossier vereist een schriftelijke reden.',
    'Ein Notfallzugriff auf eine private Mandantenakte braucht eine schriftliche Begründung.',
  ]),
  expiry_in_the_past: error(422, broken, [
    'An expiry has to lie in the future.',
    'Une échéance doit être dans le futur.',
    'Een vervaldatum moet in de toekomst liggen.',
    'Ein Ablaufdatum muss in der Zukunft liegen.',
  ]),
  not_a_manager: error(422, broken, [
    'Collaborator {collaborator} is not a manager of dossier {dossier}.',
    "Le collaborateur {collaborator} n'est pas gestionnaire du dossier {dossier}.",
    'Medewerker {collaborator} is geen dossierbeheerder van dossier {dossier}.',
    'Der Mitarbeiter {collaborator} ist kein Aktenverantwortlicher der Mandantenakte {dossier}.',
  ]),
  inactive_collaborator: error(422, broken, [
    'Collaborator {collaborator} is not active.',
    "Le collaborateur {collaborator} n'est pas actif.",
    'Medewerker {collaborator} is niet actief.',
    'Der Mitarbeiter {collaborator} ist nicht aktiv.',
  ]),
  unknown_reference: error(422, broken, [
    'There is no {type} "{id}" in this office.',
    "« {id} » ({type}) n'existe pas dans ce bureau.",
    '"{id}" ({type}) bestaat niet in dit kantoor.',
    '„{id}“ ({type}) gibt es in dieser Kanzlei nicht.',
  ]),
  conflicting_change: error(422, broken, [
    'The same request adds and removes "{tuple}".',
    'La même requête ajoute et retire « {tuple} ».',
    'Dezelfde aanvraag voegt "{tuple}" toe en verwijdert het.',
    'Dieselbe Anfrage fügt „{tuple}“ hinzu und entfernt es.',
  ]),
  one_client_group: error(422, broken, [
    'Dossier {dossier} can be in one client group only.',
    'Le dossier {dossier} ne peut être que dans un seul groupe de clients.',
    'Dossier {dossier} kan maar in één klantengroep zitten.',
    'Die Mandantenakte {dossier} kann nur in einer Mandantengruppe sein.',
  ]),
  one_primary_manager: error(422, broken, [
    'Dossier {dossier} can have one primary manager only.',
    "Le dossier {dossier} ne peut avoir qu'un seul gestionnaire principal.",
    'Dossier {dossier} kan maar één hoofddossierbeheerder hebben.',
    'Die Mandantenakte {dossier} kann nur einen hauptsächlichen Aktenverantwortlichen haben.',
  ]),
  invalid_transition: error(422, broken, [
    'This cannot go from {from} to {to}.',
    'Le passage de {from} à {to} est impossible.',
    'Een overgang van {from} naar {to} is niet mogelijk.',
    'Ein Wechsel von {from} zu {to} ist nicht möglich.',
  ]),
  too_many_items: error(422, broken, [
    'At most {max} can be done in one request.',
    'Une requête peut en traiter {max} au maximum.',
    'Eén aanvraag kan er hoogstens {max} verwerken.',
    'Eine Anfrage kann höchstens {max} davon verarbeiten.',
  ]),
  only_own_group: error(422, broken, [
    'At activation you can choose only a client group that you belong to.',
    "À l'activation, vous ne pouvez choisir qu'un groupe de clients dont vous faites partie.",
    'Bij activatie kunt u alleen een klantengroep kiezen waarvan u zelf lid bent.',
    'Bei der Aktivierung können Sie nur eine Mandantengruppe wählen, der Sie selbst angehören.',
  ]),
  enterprise_number_invalid: error(422, broken, [
    '"{enterpriseNumber}" is not a Belgian enterprise number: ten digits, whose last two are a check.',
    '« {enterpriseNumber} » n’est pas un numéro d’entreprise belge : dix chiffres, dont deux de contrôle.',
    '"{enterpriseNumber}" is geen Belgisch ondernemingsnummer: tien cijfers, waarvan de laatste twee ter controle.',
    '„{enterpriseNumber}“ ist keine belgische Unternehmensnummer: zehn Ziffern, davon zwei zur Kontrolle.',
  ]),
  expiry_too_far: error(422, broken, [
    'Emergency access ends after {days} days at the latest.',
    'Un accès d’urgence prend fin au plus tard après {days} jours.',
    'Noodtoegang eindigt uiterlijk na {days} dagen.',
    'Ein Notfallzugriff endet spätestens nach {days} Tagen.',
  ]),
  dossier_without_address: error(422, broken, [
    'Dossier {dossier} has no e-mail address to write to.',
    'Le dossier {dossier} n’a pas d’adresse e-mail à laquelle écrire.',
    'Dossier {dossier} heeft geen e-mailadres om naar te schrijven.',
    'Die Mandantenakte {dossier} hat keine E-Mail-Adresse.',
  ]),
  last_manager: error(422, broken, [
    'A dossier that must keep an active manager would lose its last one: hand the managerships over first.',
    'Un dossier qui doit garder un gestionnaire actif perdrait le dernier : transmettez d’abord les gestions.',
    'Een dossier dat een actieve beheerder moet houden, zou de laatste verliezen: draag eerst het beheer over.',
    'Eine Akte, die einen aktiven Verantwortlichen braucht, verlöre den letzten: Übergeben Sie die Verantwortung zuerst.',
  ]),
} as const;
