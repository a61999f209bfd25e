import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { axeFindings, sidewaysOverflow, TestConsole } from '#test/support/console.js';
import { ifMatch, type OfficeClient } from '#test/support/office-client.js';

let console: TestConsole;
let office: OfficeClient;

beforeAll(async () => {
  console = await TestConsole.start();
});
afterAll(() => console.close());

/** An office with two client groups; Anne is in the first one directly and in the third one by a collaborator group. */
async function anOffice(): Promise<OfficeClient> {
  const made = await console.office({ name: 'Bureau Dupont' });
  await made.collaborator('anne', { firstName: 'Anne', lastName: 'Peeters', email: `anne@${made.id}.example` });
  await made.collaborator('bert', { firstName: 'Bert', lastName: 'Claes', email: `bert@${made.id}.example` });
  await made.collaboratorGroup('externes', { name: 'Externes', members: ['anne'] });
  await made.dossier('boulangerie', { name: 'Boulangerie SA', managers: ['anne'] });
  await made.dossier('garage', { name: 'Garage SRL' });
  await made.dossier('hotel', { name: 'Hôtel SA' });
  await made.clientGroup('bruxelles', { name: 'Bruxelles', dossiers: ['boulangerie'], collaborators: ['anne'] });
  await made.clientGroup('namur', { name: 'Namur', dossiers: ['garage'] });
  await made.clientGroup('liege', { name: 'Liège', dossiers: ['hotel'], collaboratorGroups: ['externes'] });
  return made;
}

async function openDialog(page: Page): Promise<void> {
  await page.getByRole('searchbox', { name: 'Rechercher un collaborateur' }).fill('peetérs');
  await page.getByRole('status').filter({ hasText: '1 collaborateur' }).waitFor();
  await page.getByRole('button', { name: 'Modifier un collaborateur : Anne Peeters' }).click();
  await page
    .getByRole('listbox')
    .or(page.getByRole('combobox', { name: 'Groupes de clients' }))
    .first()
    .waitFor();
}

async function chooseGroup(page: Page, name: string): Promise<void> {
  await page.getByRole('combobox', { name: 'Groupes de clients' }).fill(name);
  await page.getByRole('option', { name }).click();
  await page.keyboard.press('Escape');
}

describe('Bureau/Paramètres, onglet « Collaborateurs »', () => {
  beforeEach(async () => {
    office = await anOffice();
  });

  test('Supprimer ou ajouter un collaborateur d’un groupe de clients à un groupe de clients différent', async () => {
    const page = await console.open({ office, as: 'boss' }, 'collaborators');
    await openDialog(page);
    await page.getByRole('button', { name: 'Retirer Bruxelles' }).click();
    await chooseGroup(page, 'Namur');
    await page.getByRole('button', { name: 'Enregistrer', exact: true }).click();
    const impact = page.getByRole('dialog', { name: /Effet des modifications/ });
    await impact.getByText('Garage SRL').waitFor();
    expect(await office.may('anne', 'garage')).toBe(false);
    await impact.getByRole('button', { name: 'Enregistrer les modifications' }).click();
    await page.getByText('Anne Peeters : modifications enregistrées.').waitFor();
    expect(await groupsOf('anne')).toEqual(['namur']);
    expect(await office.may('anne', 'garage')).toBe(true);
  });

  test('la fenêtre popup verrouille les groupes de clients hérités, avec « via … »', async () => {
    const page = await console.open({ office, as: 'boss' }, 'collaborators');
    await openDialog(page);
    const inherited = page.getByRole('grid', { name: 'Groupes de clients hérités' });
    await inherited.getByText('via Externes').waitFor();
    await inherited.getByText('Liège').waitFor();
    expect(await inherited.getByRole('button').count()).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
  });

  test('modifier le profil, la langue et l’adresse e-mail au clavier seul', async () => {
    const page = await console.open({ office, as: 'boss' }, 'collaborators');
    const pencil = page.getByRole('button', { name: 'Modifier un collaborateur : Bert Claes' });
    await pencil.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: /Modifier un collaborateur/ });
    await dialog.getByRole('textbox', { name: 'Prénom' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('End');
    await page.keyboard.type('.be');
    await page.keyboard.press('Tab');
    await page.keyboard.press('S');
    await page.keyboard.press('Tab');
    await page.keyboard.press('N');
    await page.getByRole('textbox', { name: 'Adresse e-mail' }).press('Enter');
    await page.getByText('Bert Claes : modifications enregistrées.').waitFor();
    const { body } = await office.api.get<object>(office.at('collaborators', 'bert'));
    expect(body).toMatchObject({ email: `bert@${office.id}.example.be`, profile: 'support', language: 'nl' });
  });

  test('désactiver un collaborateur, voir l’effet et confier ses dossiers à un autre', async () => {
    const page = await console.open({ office, as: 'boss' }, 'collaborators', 'anne');
    await page.getByRole('button', { name: 'Désactiver' }).click();
    await page.getByRole('combobox', { name: 'Confier ses dossiers à' }).fill('claes');
    await page.getByRole('option', { name: /Bert Claes/ }).click();
    await page.getByRole('button', { name: 'Voir l’effet…' }).click();
    const impact = page.getByRole('dialog', { name: /Effet de la désactivation/ });
    await impact.getByText('Hôtel SA').waitFor();
    await impact.getByRole('button', { name: 'Désactiver maintenant' }).click();
    await page.getByText('Anne Peeters est désactivé.').waitFor();
    await page.getByRole('button', { name: 'Réactiver' }).waitFor();
    expect(await office.opens('anne', ['boulangerie', 'garage', 'hotel'])).toEqual([]);
    expect(await office.may('bert', 'boulangerie')).toBe(true);
  });

  test('le dernier admin ne peut pas être désactivé : l’erreur le dit', async () => {
    const page = await console.open({ office, as: 'boss' }, 'collaborators', 'boss');
    await page.getByRole('button', { name: 'Désactiver' }).click();
    await page.getByRole('button', { name: 'Voir l’effet…' }).click();
    await page.getByRole('alert').waitFor();
    expect(await office.may('boss', 'garage')).toBe(true);
  });

  test('ce que cette personne peut ouvrir, et pourquoi', async () => {
    const page = await console.open({ office, as: 'boss' }, 'collaborators', 'anne');
    await page.getByText('2 dossiers', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Pourquoi ? Boulangerie SA' }).click();
    await page.getByText('Cette personne est gestionnaire du dossier.').waitFor();
    await page.getByText(/groupe de clients « Bruxelles », auquel cette personne est affectée directement/).waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  test('un nouveau collaborateur', async () => {
    const page = await console.open({ office, as: 'boss' }, 'collaborators');
    await page.getByRole('button', { name: 'Nouveau collaborateur' }).click();
    await page.getByRole('textbox', { name: 'Prénom' }).fill('Chloé');
    await page.getByRole('textbox', { name: 'Nom de famille' }).fill('Maes');
    await page.getByRole('textbox', { name: 'Adresse e-mail' }).fill(`bert@${office.id}.example`);
    await page.getByRole('button', { name: 'Enregistrer', exact: true }).click();
    // Another one has this address: the field says so, and nothing that was typed is lost.
    await page.getByRole('textbox', { name: 'Adresse e-mail' }).and(page.locator('[aria-invalid]')).waitFor();
    await page.getByRole('textbox', { name: 'Adresse e-mail' }).fill(`chloe@${office.id}.example`);
    await page.getByRole('button', { name: 'Enregistrer', exact: true }).click();
    await page.getByRole('link', { name: 'Chloé Maes' }).waitFor();
  });

  test('deux admins : une sauvegarde dépassée montre ce qui a changé et peut être appliquée à nouveau', async () => {
    const page = await console.open({ office, as: 'boss' }, 'collaborators');
    await openDialog(page);
    await page.getByRole('button', { name: 'Retirer Bruxelles' }).click();
    await office.api.patch(office.at('collaborators', 'anne'), { lastName: 'Janssens' }, ifMatch('*'));
    await page.getByRole('button', { name: 'Enregistrer', exact: true }).click();
    await page.getByText('Quelqu’un a modifié ce collaborateur entre-temps').waitFor();
    await page
      .getByText(/Janssens/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Enregistrer', exact: true }).click();
    await page.getByText('Anne Janssens : modifications enregistrées.').waitFor();
    expect(await groupsOf('anne')).toEqual([]);
  });

  test('un non-admin ne voit rien de l’administration, même par l’adresse', async () => {
    const page = await console.open({ office, as: 'anne' }, 'collaborators');
    await page.getByText('Demandez à un administrateur du bureau.').waitFor();
    expect(await page.getByText('Bert Claes').count()).toBe(0);
    expect(await page.getByRole('link', { name: /Collaborateurs|Groupes|Journal|Règles/ }).count()).toBe(0);
  });

  test.each(['light', 'dark'] as const)('axe ne trouve rien, et rien ne dépasse à 320 px (%s)', async (colorScheme) => {
    const narrow = { width: 320, height: 640 };
    const page = await console.open({ office, as: 'boss', colorScheme, viewport: narrow }, 'collaborators');
    await page.getByRole('link', { name: 'Anne Peeters' }).waitFor();
    expect([await axeFindings(page), await sidewaysOverflow(page)]).toEqual([[], 0]);
    await page.getByRole('link', { name: 'Anne Peeters' }).click();
    await page.getByText('2 dossiers', { exact: true }).waitFor();
    expect([await axeFindings(page), await sidewaysOverflow(page)]).toEqual([[], 0]);
  });

  test.each([
    ['nl', 'Medewerkers', 'Medewerker wijzigen'],
    ['en', 'Collaborators', 'Edit collaborator'],
    ['de', 'Mitarbeiter', 'Mitarbeiter bearbeiten'],
  ])('in %s', async (language, title, edit) => {
    const page = await console.open({ office, as: 'boss', language }, 'collaborators');
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await page.getByRole('button', { name: `${edit}: Anne Peeters` }).waitFor();
  });
});

async function groupsOf(id: string): Promise<string[]> {
  const { body } = await office.api.get<{ clientGroups: { id: string }[] }>(office.at('collaborators', id));
  return body.clientGroups.map((group) => group.id);
}
