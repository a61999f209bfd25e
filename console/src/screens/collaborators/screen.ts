import type { Screen } from '../../screens.js';

/** Settings: the people of the office, for its administrators. */
export const screen: Screen = {
  id: 'collaborators',
  link: {
    section: 'settings',
    order: 20,
    path: 'collaborators',
    isFor: (ability) => ability.can('create', 'collaborator'),
  },
  routes: [
    {
      path: 'collaborators',
      lazy: async () => ({ Component: (await import('./collaborators-screen.js')).CollaboratorsScreen }),
    },
    {
      path: 'collaborators/:id',
      lazy: async () => ({ Component: (await import('./collaborator-page.js')).CollaboratorPage }),
    },
  ],
};
