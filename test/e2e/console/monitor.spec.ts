import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Excel from 'exceljs';
import type { Page } from 'playwright-core';
import { axeFindings as axe, sidewaysOverflow, TestConsole } from '#test/support/console.js';
import type { OfficeClient } from '#test/support/office-client.js';

let console: TestConsole;
let office: OfficeClient;

const secret = 'Notaire Discret';

beforeAll(async () => {
  console = await TestConsole.start();
  office = await console.office();
  await office.collaborator('anne', { firstName: 'Anne', lastName: 'Dupont' });
  await office.collaborator('karim', { firstName: 'Karim', lastName: 'Peeters' });
  await office.collaborator('rose', { profile: 'support' });
  await office.dossier('b1', {
    name: 'Boulangerie Élise',
    labels: ['tva'],
    email: 'client@elise.example',
    managers: ['anne'],
  });
  await office.dossier('b2', { name: 'Boucherie Martin' });
  await office.dossier('g1', { name: 'Garage Dubois' });
  await office.dossier('x1', { name: secret, private: true, managers: ['karim'] });
  for (let n = 0; n < 60; n++) await office.dossier(`n${n}`, { name: `Zoo ${String(n).padStart(2, '0')}` });
  await office.clientGroup('bxl', { name: 'Bruxelles', dossiers: ['b1', 'b2', 'x1'], collaborators: ['anne'] });
  await office.clientGroup('nam', { name: 'Namur', dossiers: ['g1'] });
});
afterAll(() => console.close());

/** The monitor at an address of its own, as one of the people of the office has it. */
const open = (as: string, query = '', options: object = {}) =>
  console.open({ office, as, ...options }, `monitor${query}`);
const table = (page: Page) => page.getByRole('region', { name: 'Moniteur de clients actifs' });
const selection = (page: Page) => page.getByRole('region', { name: 'Sélection' });

/** The names in the table, once it shows as many rows. */
async function namesOf(page: Page, count: number): Promise<string[]> {
  const rows = table(page).locator('tbody tr');
  await rows.nth(count - 1).waitFor();
  while ((await rows.count()) !== count) await page.waitForFunction('new Promise(requestAnimationFrame)');
  return rows.locator('a').allInnerTexts();
}

describe('le moniteur de clients actifs', () => {
  test('rechercher des dossiers par groupe de clients', async () => {
    const page = await open('boss');
    await page.getByRole('combobox', { name: 'Groupes de clients' }).click();
    await page.getByRole('option', { name: 'Bruxelles' }).click();
    await page.keyboard.press('Escape');
    expect(await namesOf(page, 2)).toEqual(['Boucherie Martin', 'Boulangerie Élise']);
    expect(new URL(page.url()).searchParams.getAll('clientGroup')).toEqual(['bxl']);
    expect(await axe(page)).toEqual([]);
  });

  test('combiner le filtre avec d’autres champs de filtre, gardés dans le lien', async () => {
    const page = await open('boss');
    await page.getByRole('searchbox', { name: 'Rechercher' }).fill('elise');
    expect(await namesOf(page, 1)).toEqual(['Boulangerie Élise']);
    await page.getByRole('textbox', { name: 'Étiquettes' }).fill('tva');
    await page.keyboard.press('Enter');
    await page.getByLabel('Sans groupe').check();
    await page.getByText('Aucun dossier ne correspond à ces filtres').waitFor();
    await page.getByLabel('Sans groupe').uncheck();
    expect(await namesOf(page, 1)).toEqual(['Boulangerie Élise']);
    const again = await open('boss', new URL(page.url()).search);
    expect(await namesOf(again, 1)).toEqual(['Boulangerie Élise']);
    await again.getByRole('button', { name: 'Effacer les filtres' }).first().click();
    expect((await namesOf(again, 50))[0]).toBe('Boucherie Martin');
  });

  test('voir les dossiers sans groupe, trier, choisir les colonnes et changer de page', async () => {
    const page = await open('boss', '?clientGroup=none');
    expect((await namesOf(page, 50))[0]).toBe('Zoo 00');
    await page.getByRole('button', { name: 'Dossier', exact: true }).click();
    await table(page).getByRole('link', { name: 'Zoo 59' }).waitFor();
    await page.getByRole('navigation', { name: /page/i }).getByRole('button').last().click();
    expect((await namesOf(page, 10)).at(-1)).toBe('Zoo 00');
    await page.getByRole('button', { name: 'Colonnes' }).click();
    await page.getByLabel('Code').uncheck();
    await page.getByRole('columnheader', { name: 'Code' }).waitFor({ state: 'detached' });
    expect(new URL(page.url()).search).toContain('sort=-name');
  });

  test('vérifier si les bons dossiers sont ouverts aux collaborateurs concernés', async () => {
    const page = await open('boss', '?clientGroup=bxl');
    await page.getByRole('checkbox', { name: /Boucherie Martin/ }).check();
    await selection(page).getByRole('button', { name: 'Vérifier les accès' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('membre du groupe de clients Bruxelles').waitFor();
    expect(await dialog.getByRole('listitem').filter({ hasText: 'Anne Dupont – membre' }).count()).toBe(1);
    expect(await axe(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await selection(page).getByRole('button', { name: 'Sélectionner les 2 dossiers du filtre' }).click();
    await selection(page).getByRole('button', { name: 'Vérifier les accès' }).click();
    await page.getByRole('dialog').getByText('2 dossiers montrés sur 2').waitFor();
  });

  test('utiliser la sélection pour envoyer une communication générale', async () => {
    const page = await open('boss', '?clientGroup=bxl');
    await selection(page).getByRole('button', { name: 'Sélectionner les 2 dossiers du filtre' }).click();
    await selection(page).getByRole('button', { name: 'Communication générale' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Objet').fill('Fermeture annuelle');
    await dialog.getByLabel('Message').fill('Le bureau est fermé en août.');
    await dialog.getByRole('button', { name: 'Prévisualiser' }).click();
    await dialog.getByText('1 message, 1 dossier exclu').waitFor();
    expect(await dialog.getByText('à client@elise.example').count()).toBe(1);
    expect(await axe(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Envoyer 1 message' }).click();
    await page.getByText('1 message est prêt à partir').waitFor();
  });

  test('utiliser la sélection pour l’exporter vers Excel', async () => {
    const page = await open('boss', '?clientGroup=bxl');
    await page.getByRole('checkbox', { name: /Boulangerie Élise/ }).check();
    const download = page.waitForEvent('download');
    await selection(page).getByRole('button', { name: 'Exporter vers Excel' }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe('dossiers.xlsx');
    const workbook = new Excel.Workbook();
    await workbook.xlsx.readFile(await file.path());
    const names = workbook.worksheets[0]?.getColumn(2).values.filter(Boolean);
    expect(names).toEqual(['Nom', 'Boulangerie Élise']);
  });

  test('utiliser la sélection, de plusieurs pages, pour l’éditer en masse, avec un résultat par dossier', async () => {
    const page = await open('boss', '?q=zoo');
    await page.getByRole('checkbox', { name: /Zoo 00/ }).check();
    await page.getByRole('navigation', { name: /page/i }).getByRole('button').last().click();
    await page.getByRole('checkbox', { name: /Zoo 59/ }).check();
    await selection(page).getByText('2 dossiers sélectionnés').waitFor();
    await selection(page).getByRole('button', { name: 'Modifier en masse' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Groupe de clients', { exact: true }).selectOption('Déplacer vers un groupe');
    await dialog.getByRole('combobox', { name: 'Nouveau groupe de clients' }).click();
    await page.getByRole('option', { name: 'Bruxelles' }).click();
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Voir l’effet' }).click();
    await dialog.getByText('2 modifiés, 0 inchangé, 0 refusé').waitFor();
    expect(await axe(page)).toEqual([]);
    expect(await office.opens('anne', ['n0', 'n59'])).toEqual([]);
    await dialog.getByRole('button', { name: 'Modifier 2 dossiers' }).click();
    await dialog.getByText('Résultat par dossier').waitFor();
    expect(await office.opens('anne', ['n0', 'n59'])).toEqual(['n0', 'n59']);
    await dialog.getByRole('button', { name: 'Fermer' }).click();
  });

  test('un dossier privé ne se montre nulle part à qui ne le gère pas, fût-il administrateur', async () => {
    const page = await open('boss', '?clientGroup=bxl&status=all');
    await selection(page).getByText('Aucun dossier sélectionné').waitFor();
    await page.getByRole('searchbox', { name: 'Rechercher' }).fill('discret');
    await page.getByText('Aucun dossier ne correspond à ces filtres').waitFor();
    await page.getByRole('searchbox', { name: 'Rechercher' }).fill('');
    await table(page).waitFor();
    await selection(page)
      .getByRole('button', { name: /Sélectionner les/ })
      .click();
    for (const action of ['Vérifier les accès', 'Modifier en masse', 'Communication générale']) {
      await selection(page).getByRole('button', { name: action }).click();
      await page.getByRole('dialog').waitFor();
      expect(await page.getByText(secret).count()).toBe(0);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
  });

  test('un collaborateur n’a que ce qu’il peut faire, et le support ne voit aucun groupe', async () => {
    const page = await open('anne', '?mine=true');
    expect(await namesOf(page, 1)).toEqual(['Boulangerie Élise']);
    expect(await page.getByRole('combobox', { name: 'Gestionnaire de dossier' }).count()).toBe(0);
    const support = await open('rose');
    await support.getByText('Aucun dossier actif').waitFor();
    expect(await support.getByRole('combobox', { name: 'Groupes de clients' }).count()).toBe(0);
  });

  test('à 320 pixels rien ne déborde, et dans les autres langues l’écran se comprend aussi', async () => {
    for (const [language, title] of [
      ['nl', 'Actieve Klanten Monitor'],
      ['en', 'Active clients'],
      ['de', 'Monitor aktiver Mandanten'],
    ] as const) {
      const page = await open('boss', '', { language, viewport: { width: 320, height: 700 } });
      await page.getByRole('heading', { name: title, level: 1 }).waitFor();
      await page.getByRole('checkbox', { name: /Boucherie Martin/ }).waitFor();
      expect(await sidewaysOverflow(page)).toBe(0);
      expect(await axe(page)).toEqual([]);
      await page.context().close();
    }
  });
});
