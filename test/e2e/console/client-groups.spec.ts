import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { TestConsole } from '#test/support/console.js';
import { ifMatch, type OfficeClient } from '#test/support/office-client.js';

let world: TestConsole;
let office: OfficeClient;
let page: Page;

beforeAll(async () => {
  world = await TestConsole.start();
});
beforeEach(async () => {
  office = await world.office({ name: 'Fiduciaire Horta', email: 'bureau@horta.example' });
  await office.collaborator('anne', { firstName: 'Anne', lastName: 'Dupont', email: 'anne@horta.example' });
  await office.collaborator('benoit', { firstName: 'Benoît', lastName: 'Lefèvre' });
  await office.collaborator('partie', { firstName: 'Paula', lastName: 'Partie', status: 'inactive' });
  await office.dossier('boulangerie', { name: 'Boulangerie Noël', code: 'B1' });
  await office.dossier('ecurie', { name: 'Écurie du Parc', code: 'E1' });
  await office.dossier('garage', { name: 'Garage Simon', code: 'G1' });
  await office.dossier('brouillon', { name: 'Brouillon SA', status: 'draft' });
  await office.dossier('secret', { name: 'Dossier secret', private: true, managers: ['benoit'] });
  await office.collaboratorGroup('externes', { name: 'Externes', members: ['benoit', 'partie'] });
  await office.clientGroup('general', {
    name: 'Général',
    dossiers: ['boulangerie', 'secret'],
    collaborators: ['anne'],
  });
  await office.clientGroup('autre', { name: 'Autre groupe', dossiers: ['garage'] });
});
afterEach(async () => {
  await page.context().close();
  expect(world.troubles.splice(0)).toEqual([]);
});
afterAll(() => world.close());

const open = async (...parts: string[]) => (page = await world.open({ office, as: 'boss' }, 'client-groups', ...parts));
const field = (name: string) => page.getByRole('textbox', { name });
const picker = (name: string) => page.getByRole('combobox', { name, exact: true });
const option = (text: string) => page.getByRole('option').filter({ hasText: text });
const chosen = (name: string) => page.getByRole('grid', { name });
const impact = () => page.getByRole('dialog', { name: /^Effet/ });
const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
const says = (text: string | RegExp) => page.getByText(text).first().waitFor();

/** A list closes when the page is scrolled, and a click of a test scrolls first. */
async function openList(name: string) {
  await picker(name).scrollIntoViewIfNeeded();
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
  await picker(name).click();
  await page.getByRole('listbox').waitFor();
}

async function choose(list: string, ...names: string[]) {
  await openList(list);
  for (const name of names) await option(name).click();
  await page.keyboard.press('Escape');
}

async function save() {
  await press('Enregistrer');
  await impact().waitFor();
  await press('Confirmer et enregistrer');
  await says(/est enregistré/);
}

const group = async (id: string) =>
  (
    await office.api.get<{ name: string; email: string | null; dossiers: string[]; collaborators: string[] }>(
      office.at('client-groups', id),
    )
  ).body;

// Seen to fail where a newer version takes the place of what was edited, where leaving asks nothing, where the screen is
// shown to anyone, and, on the side of the service, with private dossiers among the members of a group.
describe('Bureau/Paramètres → Groupes de clients', () => {
  test('Créer un groupe de clients, y ajouter un dossier et des collaborateurs', async () => {
    page = await world.open({ office, as: 'boss' });
    await page
      .getByRole('list', { name: 'Bureau/Paramètres' })
      .getByRole('link', { name: 'Groupes de clients' })
      .click();
    await page.getByRole('link', { name: 'Nouveau groupe' }).click();
    await field('Nom du groupe de clients').fill('Bruxelles');
    await field('Adresse e-mail').fill('bruxelles@horta.example');
    await choose('Dossiers', 'Écurie du Parc (E1)');
    await choose('Collaborateurs', 'Dupont Anne');
    await choose('Groupes de collaborateurs', 'Externes');
    await press('Enregistrer');
    await impact().getByText('2 personnes obtiennent l’accès à 1 dossier').waitFor();
    await impact().getByText('bureau@horta.example devient bruxelles@horta.example').waitFor();
    await press('Confirmer et enregistrer');
    await says('Le groupe « Bruxelles » est enregistré.');
    await page.getByRole('link', { name: /^Bruxelles 1 dossier · 1 collaborateur · 1 groupe/ }).waitFor();
    expect(await office.opens('anne', ['ecurie'])).toEqual(['ecurie']);
    expect(await office.opens('benoit', ['ecurie'])).toEqual(['ecurie']);
  });

  test('Ajouter un dossier déjà activé : la liste montre tous les dossiers activés et leur groupe présent', async () => {
    await open('general');
    await openList('Dossiers');
    await option('Boulangerie Noël (B1)').getByText('Dans ce groupe').waitFor();
    await option('Garage Simon (G1)').getByText('Dans le groupe Autre groupe').waitFor();
    await option('Écurie du Parc (E1)').getByText('Sans groupe de clients').waitFor();
    expect(await option('Brouillon SA').count()).toBe(0);
    await option('Écurie du Parc').click();
    await page.keyboard.press('Escape');
    await save();
    expect((await group('general')).dossiers).toContain('ecurie');
  });

  test('Ajouter un dossier qui appartient à un autre groupe : il en sera retiré', async () => {
    await open('general');
    await choose('Dossiers', 'Garage Simon');
    await chosen('Dossiers du groupe').getByText('quitte Autre groupe').waitFor();
    await save();
    expect([(await group('general')).dossiers.includes('garage'), (await group('autre')).dossiers]).toEqual([true, []]);
  });

  test('Supprimer un dossier et un collaborateur du groupe, puis annuler', async () => {
    await open('general');
    await press('Retirer Boulangerie Noël (B1)');
    await press('Retirer Dupont Anne');
    await press('Enregistrer');
    await impact().getByText('1 personne perd l’accès à 1 dossier').waitFor();
    await impact()
      .getByText(/Anne Dupont – Boulangerie Noël/)
      .waitFor();
    await press('Confirmer et enregistrer');
    await says(/est enregistré/);
    expect(await office.may('anne', 'boulangerie')).toBe(false);
    await press('Annuler la modification');
    await says('La modification a été annulée.');
    await chosen('Dossiers du groupe').getByText('Boulangerie Noël').waitFor();
    expect(await office.may('anne', 'boulangerie')).toBe(true);
  });

  test('Rechercher sans accents ni majuscules, un groupe et un dossier', async () => {
    await open('general');
    await page.getByRole('searchbox', { name: 'Rechercher un groupe' }).fill('GENERAL');
    await says('1 groupe');
    expect(await page.getByRole('link', { name: /^Autre groupe/ }).count()).toBe(0);
    await picker('Dossiers').fill('ecurie');
    await says('1 résultat');
    await option('Écurie du Parc').waitFor();
  });

  test('Le nom est obligatoire, et de préférence différent', async () => {
    await open('~new');
    await press('Enregistrer');
    await says("Le nom d'un groupe ne peut pas être vide.");
    expect(await field('Nom du groupe de clients').getAttribute('aria-invalid')).toBe('true');
    await field('Nom du groupe de clients').fill('general');
    await says(/Un autre groupe porte le nom/);
    await press('Enregistrer');
    await impact()
      .getByText(/Un autre groupe porte le nom/)
      .waitFor();
    await press('Confirmer et enregistrer');
    await says('Le groupe « general » est enregistré.');
  });

  test('L’adresse e-mail doit être valide', async () => {
    await open('general');
    await field('Adresse e-mail').fill('pas une adresse');
    await press('Enregistrer');
    await page.locator('input[type=email][aria-invalid=true]').waitFor();
    expect((await group('general')).email).toBeNull();
  });

  test('Les collaborateurs hérités et inactifs se distinguent des autres', async () => {
    await open('general');
    await choose('Groupes de collaborateurs', 'Externes');
    await choose('Collaborateurs', 'Partie Paula');
    await save();
    const inherited = chosen('Collaborateurs hérités');
    await inherited
      .getByRole('row', { name: /Lefèvre Benoît/ })
      .getByText('via Externes')
      .waitFor();
    await inherited
      .getByRole('row', { name: /Partie Paula/ })
      .getByText('inactif')
      .waitFor();
    expect(await inherited.getByRole('button').count()).toBe(0);
    await chosen('Collaborateurs du groupe')
      .getByRole('row', { name: /Partie Paula/ })
      .getByText('inactif')
      .waitFor();
  });

  test('Supprimer un groupe demande ce que deviennent ses dossiers', async () => {
    await open('autre');
    await press('Supprimer le groupe');
    const question = page.getByRole('dialog', { name: 'Supprimer « Autre groupe » ?' });
    await question
      .getByRole('combobox', { name: 'Que devient son dossier ?' })
      .selectOption('Les déplacer vers Général');
    await press('Supprimer…');
    const effect = page.getByRole('dialog', { name: /^Effet de la suppression/ });
    await effect.getByText('1 personne obtient l’accès à 1 dossier').waitFor();
    await effect.getByRole('button', { name: 'Supprimer le groupe' }).click();
    await says('Le groupe « Autre groupe » est supprimé.');
    expect((await group('general')).dossiers).toContain('garage');
    await press('Annuler la modification');
    await says('La modification a été annulée.');
    expect((await group('autre')).dossiers).toEqual(['garage']);
  });

  test('Une modification qui touche un dossier privé ne s’annule pas d’un coup, et il ne se montre pas', async () => {
    await open('general');
    await press('Supprimer le groupe');
    await press('Supprimer…');
    await page.getByRole('dialog').getByRole('button', { name: 'Supprimer le groupe' }).click();
    await press('Annuler la modification');
    await says(/La modification n’a pas été annulée. Cette modification ne peut pas être annulée d'un coup/);
    expect(await page.content()).not.toContain('secret');
  });

  test('Quitter la page demande avant de perdre des modifications', async () => {
    await open('general');
    await field('Nom du groupe de clients').fill('Perdu');
    await page.getByRole('link', { name: /^Autre groupe/ }).click();
    const question = page.getByRole('alertdialog', { name: 'Modifications non enregistrées' });
    await question.getByRole('button', { name: 'Rester sur la page' }).click();
    expect(await field('Nom du groupe de clients').inputValue()).toBe('Perdu');
    await page.getByRole('link', { name: /^Autre groupe/ }).click();
    await question.getByRole('button', { name: 'Quitter sans enregistrer' }).click();
    await page.getByRole('heading', { name: 'Autre groupe' }).waitFor();
    expect((await group('general')).name).toBe('Général');
  });

  test('Deux administrateurs enregistrent le même groupe : le second voit ce qui a changé et l’applique à nouveau', async () => {
    await open('general');
    await field('Nom du groupe de clients').fill('Tout le monde');
    await choose('Dossiers', 'Écurie du Parc');
    await office
      .as('boss')
      .api.patch(
        office.at('client-groups', 'general'),
        { email: 'general@horta.example', collaborators: { add: ['benoit'], remove: ['anne'] } },
        ifMatch('*'),
      );
    await press('Enregistrer');
    const notice = page.getByRole('alert').filter({ hasText: 'Ce groupe a été modifié entre-temps' });
    await notice.getByText('Adresse e-mail : – → general@horta.example').waitFor();
    await notice.getByText('Ajouté : Lefèvre Benoît').waitFor();
    await notice.getByText('Retiré : Dupont Anne').waitFor();
    expect(await field('Adresse e-mail').inputValue()).toBe('general@horta.example');
    await press('Appliquer mes modifications');
    await press('Confirmer et enregistrer');
    await says('Le groupe « Tout le monde » est enregistré.');
    const { name, email, dossiers, collaborators } = await group('general');
    expect({ name, email, collaborators }).toEqual({
      name: 'Tout le monde',
      email: 'general@horta.example',
      collaborators: ['benoit'],
    });
    expect(dossiers.sort()).toEqual(['boulangerie', 'ecurie', 'secret']);
  });

  test('Un dossier privé ne se montre nulle part', async () => {
    await open('general');
    await chosen('Dossiers du groupe').getByText('Boulangerie').waitFor();
    await page.getByRole('link', { name: /^Général 1 dossier/ }).waitFor();
    await picker('Dossiers').fill('secret');
    await says('Aucun résultat');
    expect(await page.content()).not.toContain('Dossier secret');
  });

  test('Un collaborateur qui n’est pas « admin » apprend à qui s’adresser', async () => {
    page = await world.open({ office, as: 'anne' }, 'client-groups', 'general');
    await says('Réservé aux administrateurs');
    expect(await page.getByRole('link', { name: 'Groupes de clients' }).count()).toBe(0);
    expect(await page.getByRole('textbox').count()).toBe(0);
  });

  test('Un groupe qui n’existe pas, ou plus', async () => {
    await open('nulle-part');
    await page
      .getByRole('alert')
      .getByText(/Revenez à la liste/)
      .waitFor();
  });
});
