import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { axeFindings, sidewaysOverflow, TestConsole } from '#test/support/console.js';
import type { OfficeClient } from '#test/support/office-client.js';

let console: TestConsole;
let office: OfficeClient;

beforeAll(async () => {
  console = await TestConsole.start();
  office = await console.office({ name: 'Bureau Dupont' });
  await office.collaborator('anne', { firstName: 'Anne', lastName: 'Peeters' });
  await office.collaborator('bert', { firstName: 'Bert', lastName: 'Claes' });
  await office.collaboratorGroup('externes', { name: 'Externes', members: ['anne'] });
  await office.dossier('boulangerie', { name: 'Boulangerie SA', managers: ['anne'] });
  await office.dossier('secret', { name: 'Dossier secret', private: true, managers: ['bert'] });
  await office.clientGroup('bruxelles', {
    name: 'Bruxelles',
    dossiers: ['boulangerie'],
    collaborators: ['anne'],
    collaboratorGroups: ['externes'],
  });
});
afterAll(() => console.close());

const question = (collaborator: string, dossier: string, action = 'open') =>
  `why?${new URLSearchParams({ collaborator, dossier, action }).toString()}`;

// Seen to fail where React Aria opens a list by itself at a new text in its field (`menuTrigger="input"`): what has been
// chosen gets its name, and the list was in front of the page again.
describe('pourquoi ?', () => {
  test('prend une personne, une action et un dossier, et montre la réponse avec ses chemins', async () => {
    const page = await console.open({ office, as: 'boss' }, 'why');
    await page.getByRole('combobox', { name: 'Personne' }).fill('peeters');
    await page.getByRole('option', { name: /Anne Peeters/ }).click();
    await page.getByRole('combobox', { name: 'Action' }).selectOption('ouvrir');
    await page.getByRole('combobox', { name: 'Dossier' }).fill('boulangerie');
    await page.getByRole('option', { name: /Boulangerie SA/ }).click();
    await page.getByText('Oui. Anne Peeters – ouvrir – Boulangerie SA').waitFor();
    await page.getByRole('heading', { name: 'Par 3 chemins' }).waitFor();
    await page.getByText('Cette personne est gestionnaire du dossier.').waitFor();
    await page.getByText(/le groupe de collaborateurs « Externes », dont cette personne est membre/).waitFor();
    const graph = page.getByRole('img', { name: /Schéma des chemins de Anne Peeters au dossier Boulangerie SA/ });
    expect(await graph.locator('rect').count()).toBe(4);
    expect(await axeFindings(page)).toEqual([]);
  });

  test('la réponse suit la personne, l’action et le dossier que l’on choisit ensuite', async () => {
    const page = await console.open({ office, as: 'boss' }, question('anne', 'boulangerie'));
    await page.getByText('Oui. Anne Peeters – ouvrir – Boulangerie SA').waitFor();
    await page.getByRole('combobox', { name: 'Action' }).selectOption('modifier');
    await page.getByText('Oui. Anne Peeters – modifier – Boulangerie SA').waitFor();
    await page.getByRole('combobox', { name: 'Personne' }).fill('claes');
    await page.getByText('1 résultat').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByText('Non. Bert Claes – modifier – Boulangerie SA').waitFor();
    await page.getByRole('heading', { name: 'Qui peut le faire' }).waitFor();
    expect(await page.getByRole('listbox').count()).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
  });

  test('un refus dit ce qui le lèverait et qui peut le faire', async () => {
    const page = await console.open({ office, as: 'boss' }, question('bert', 'boulangerie'));
    await page.getByText('Non. Bert Claes – ouvrir – Boulangerie SA').waitFor();
    await page.getByText('ajouter cette personne au groupe de clients « Bruxelles »').waitFor();
    await page.getByRole('heading', { name: 'Qui peut le faire' }).waitFor();
    await page.getByText('Anne Peeters, gestionnaire du dossier').waitFor();
    expect(await axeFindings(page)).toEqual([]);
  });

  test('un non-admin ne demande que pour lui-même', async () => {
    const page = await console.open({ office, as: 'anne' }, question('bert', 'boulangerie'));
    await page.getByText('Oui. Anne Peeters – ouvrir – Boulangerie SA').waitFor();
    expect(await page.getByRole('combobox', { name: 'Personne' }).count()).toBe(0);
    expect(await axeFindings(page)).toEqual([]);
  });

  test('un dossier privé n’existe pas pour qui n’y a pas accès', async () => {
    const page = await console.open({ office, as: 'anne' }, question('anne', 'secret'));
    await page.getByText(/^Non\. Anne Peeters/).waitFor();
    expect(await page.getByRole('main').textContent()).not.toContain('Dossier secret');
  });

  test.each(['light', 'dark'] as const)('axe ne trouve rien, et rien ne dépasse à 320 px (%s)', async (colorScheme) => {
    const narrow = { width: 320, height: 640 };
    const page = await console.open(
      { office, as: 'boss', colorScheme, viewport: narrow },
      question('anne', 'boulangerie'),
    );
    await page.getByRole('heading', { name: 'Par 3 chemins' }).waitFor();
    expect([await axeFindings(page), await sidewaysOverflow(page)]).toEqual([[], 0]);
  });

  test.each([
    ['nl', 'Langs 3 wegen'],
    ['en', 'By 3 paths'],
    ['de', 'Auf 3 Wegen'],
  ])('in %s', async (language, heading) => {
    const page = await console.open({ office, as: 'boss', language }, question('anne', 'boulangerie'));
    await page.getByRole('heading', { name: heading }).waitFor();
  });
});
