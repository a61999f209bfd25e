import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { axeFindings, sidewaysOverflow, TestConsole } from '#test/support/console.js';
import type { OfficeClient } from '#test/support/office-client.js';

let console: TestConsole;
let office: OfficeClient;

beforeAll(async () => {
  console = await TestConsole.start();
  office = await console.office({ name: 'Bureau Dupont' });
  await office.collaborator('anne', { firstName: 'Anne', lastName: 'Peeters' });
  await office.dossier('garage', { name: 'Garage SRL' });
  await office.clientGroup('namur', { name: 'Namur', dossiers: ['garage'], collaborators: ['anne'] });
});
afterAll(() => console.close());

describe('règles et journal', () => {
  test.each([
    ['fr', 'Règles d’accès', 'Ce collaborateur n’est plus actif au sein du bureau.'],
    ['nl', 'Toegangsregels', 'Deze medewerker is niet meer actief op het kantoor.'],
    ['en', 'Access rules', 'This collaborator is no longer active at the office.'],
    ['de', 'Zugriffsregeln', 'Dieser Mitarbeiter ist in der Kanzlei nicht mehr aktiv.'],
  ])(
    'les règles chargées sont dites en clair, avec leur source et leur empreinte (%s)',
    async (language, title, rule) => {
      const page = await console.open({ office, as: 'boss', language }, 'policies');
      await page.getByRole('heading', { level: 1, name: title }).waitFor();
      await page.getByText(rule).first().waitFor();
      const { body } = await office.api.get<{ hash: string }>('/v1/policies');
      await page.getByText(body.hash).waitFor();
      await page.getByText(/dossier\.policy\.yaml/).click();
      await page.getByText(/^type: dossier/m).waitFor();
      expect(await axeFindings(page)).toEqual([]);
    },
  );

  test('le journal montre qui a changé quoi, et se filtre par groupe', async () => {
    const page = await console.open({ office, as: 'boss' }, 'trail');
    await page
      .getByText(/Collaborateur « Anne Peeters »/)
      .first()
      .waitFor();
    await page.getByRole('combobox', { name: 'Modifications de' }).selectOption('Groupe de clients');
    await page.getByRole('combobox', { name: 'Groupe de clients' }).fill('namur');
    await page.getByRole('option', { name: 'Namur' }).click();
    await page
      .getByText(/Collaborateur « Anne Peeters »/)
      .first()
      .waitFor({ state: 'detached' });
    await page.getByText(/création – Groupe de clients « Namur »/).waitFor();
    expect(new URL(page.url()).searchParams.get('key')).toBe('client_group:namur');
    await page
      .getByText(/Avant et après/)
      .first()
      .click();
    expect(await axeFindings(page)).toEqual([]);
  });

  test.each(['policies', 'trail'])('un non-admin ne voit rien de %s', async (path) => {
    const page = await console.open({ office, as: 'anne' }, path);
    await page.getByText('Demandez à un administrateur du bureau.').waitFor();
  });

  test.each(['policies', 'trail'])('%s tient dans 320 px, aussi en sombre', async (path) => {
    const narrow = { width: 320, height: 640 };
    const page = await console.open({ office, as: 'boss', colorScheme: 'dark', viewport: narrow }, path);
    await page.getByRole('listitem').first().waitFor();
    await page.getByRole('status').filter({ hasText: 'Chargement' }).waitFor({ state: 'detached' });
    expect([await axeFindings(page), await sidewaysOverflow(page)]).toEqual([[], 0]);
  });
});
