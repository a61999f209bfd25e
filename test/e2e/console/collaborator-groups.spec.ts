import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { axeFindings, sidewaysOverflow, TestConsole } from '#test/support/console.js';
import { ifMatch, type OfficeClient } from '#test/support/office-client.js';

let console: TestConsole;
let office: OfficeClient;

beforeAll(async () => {
  console = await TestConsole.start();
});
afterAll(() => console.close());

async function membersOf(id: string): Promise<string[]> {
  return (await office.api.get<{ members: string[] }>(office.at('collaborator-groups', id))).body.members;
}

describe('Bureau/Paramètres, onglet « Groupes de collaborateurs »', () => {
  beforeEach(async () => {
    office = await console.office({ name: 'Bureau Dupont' });
    await office.collaborator('anne', { firstName: 'Anne', lastName: 'Peeters' });
    await office.collaborator('bert', { firstName: 'Bert', lastName: 'Claes' });
    await office.collaboratorGroup('externes', { name: 'Externes', members: ['anne'] });
    await office.dossier('hotel', { name: 'Hôtel SA' });
    await office.clientGroup('liege', { name: 'Liège', dossiers: ['hotel'], collaboratorGroups: ['externes'] });
  });

  test('Créer un groupe de collaborateurs, y ajouter tous les collaborateurs concernés', async () => {
    const page = await console.open({ office, as: 'boss' }, 'collaborator-groups');
    await page.getByRole('link', { name: 'Nouveau groupe' }).click();
    await page.getByRole('textbox', { name: 'Nom du groupe de collaborateurs' }).fill('Internes');
    for (const name of ['Anne Peeters', 'Bert Claes']) {
      await page.getByRole('combobox', { name: 'Collaborateurs' }).fill(name.slice(-5));
      await page.getByRole('option', { name: new RegExp(name) }).click();
      await page.keyboard.press('Escape');
    }
    await page.getByRole('button', { name: 'Enregistrer' }).click();
    await page.getByRole('heading', { level: 2, name: 'Internes' }).waitFor();
    expect(await membersOf(page.url().split('/').at(-1) ?? '')).toEqual(expect.arrayContaining(['anne', 'bert']));
  });

  test('ajouter un membre montre d’abord qui gagne quels dossiers', async () => {
    const page = await console.open({ office, as: 'boss' }, 'collaborator-groups');
    await page.getByRole('link', { name: /Externes/ }).click();
    await page.getByRole('combobox', { name: 'Collaborateurs' }).fill('claes');
    await page.getByRole('option', { name: /Bert Claes/ }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Enregistrer' }).click();
    const impact = page.getByRole('dialog', { name: /Effet des modifications/ });
    await impact.getByText('Hôtel SA').waitFor();
    expect(await office.may('bert', 'hotel')).toBe(false);
    await impact.getByRole('button', { name: 'Enregistrer les modifications' }).click();
    await page.getByText('Groupe « Externes » enregistré.').waitFor();
    expect(await office.may('bert', 'hotel')).toBe(true);
  });

  test('supprimer un groupe le retire de ses groupes de clients, après avoir montré l’effet', async () => {
    const page = await console.open({ office, as: 'boss' }, 'collaborator-groups', 'externes');
    await page.getByRole('button', { name: 'Supprimer', exact: true }).click();
    await page.getByRole('button', { name: 'Supprimer…' }).click();
    const impact = page.getByRole('dialog', { name: /Effet de la suppression/ });
    await impact.getByText('Hôtel SA').waitFor();
    await impact.getByRole('button', { name: 'Supprimer le groupe' }).click();
    await page.getByText('Groupe « Externes » supprimé.').waitFor();
    expect(await office.may('anne', 'hotel')).toBe(false);
  });

  test('deux admins : une sauvegarde dépassée montre ce qui a changé et peut être appliquée à nouveau', async () => {
    const page = await console.open({ office, as: 'boss' }, 'collaborator-groups', 'externes');
    await page.getByRole('textbox', { name: 'Nom du groupe de collaborateurs' }).fill('Partenaires');
    const change = { members: { add: ['bert'] } };
    await office.api.patch(office.at('collaborator-groups', 'externes'), change, ifMatch('*'));
    await page.getByRole('button', { name: 'Enregistrer' }).click();
    await page.getByText('Quelqu’un a modifié ce groupe entre-temps').waitFor();
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Enregistrer' }).click();
    await page.getByText('Groupe « Partenaires » enregistré.').waitFor();
    expect([...(await membersOf('externes'))].sort()).toEqual(['anne', 'bert']);
  });

  test('un non-admin n’en voit rien', async () => {
    const page = await console.open({ office, as: 'anne' }, 'collaborator-groups', 'externes');
    await page.getByText('Demandez à un administrateur du bureau.').waitFor();
    expect(await page.getByText('Externes').count()).toBe(0);
  });

  test.each(['light', 'dark'] as const)('axe ne trouve rien, et rien ne dépasse à 320 px (%s)', async (colorScheme) => {
    const narrow = { width: 320, height: 640 };
    const page = await console.open({ office, as: 'boss', colorScheme, viewport: narrow }, 'collaborator-groups');
    await page.getByRole('link', { name: /Externes/ }).waitFor();
    expect([await axeFindings(page), await sidewaysOverflow(page)]).toEqual([[], 0]);
    await page.getByRole('link', { name: /Externes/ }).click();
    await page.getByRole('heading', { level: 2, name: 'Externes' }).waitFor();
    expect([await axeFindings(page), await sidewaysOverflow(page)]).toEqual([[], 0]);
  });
});
