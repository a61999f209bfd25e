/** What can be done with a dossier, in the order in which people do it; the service knows which of them there are. */
export const dossierActions = [
  'open',
  'edit',
  'configure',
  'validate',
  'communicate',
  'export',
  'assign_client_group',
  'assign_manager',
  'activate',
  'deactivate',
] as const;
export type DossierAction = (typeof dossierActions)[number];
