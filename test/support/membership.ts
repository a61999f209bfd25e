import { ifMatch, OfficeClient } from './office-client.js';
import type { TestService } from './service.js';

/** Makes an office where `anne` may open `d`, as a member of its client group `g`, and `bert` may not. */
export async function officeWithMember(service: TestService): Promise<OfficeClient> {
  const office = await OfficeClient.make(service);
  await addMember(office);
  return office;
}

/** The same in an office that is there. */
export async function addMember(office: OfficeClient): Promise<void> {
  await office.collaborator('anne');
  await office.collaborator('bert');
  await office.dossier('d');
  await office.clientGroup('g', { dossiers: ['d'], collaborators: ['anne'] });
}

/** Gives `anne` her membership, or takes it. @throws where the service refuses: then nothing after it proves anything */
export async function member(office: OfficeClient, side: 'add' | 'remove'): Promise<void> {
  const body = { collaborators: { [side]: ['anne'] } };
  const { status } = await office.api.patch(office.at('client-groups', 'g'), body, ifMatch('*'));
  if (status !== 200) throw new Error(`a membership was answered with ${status}`);
}
