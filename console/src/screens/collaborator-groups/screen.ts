import type { Screen } from '../../screens.js';

/** Settings: named sets of people, for the office's administrators. */
export const screen: Screen = {
  id: 'collaborator-groups',
  link: {
    section: 'settings',
    order: 30,
    path: 'collaborator-groups',
    isFor: (ability) => ability.can('read', 'collaborator_group'),
  },
  routes: [
    {
      path: 'collaborator-groups',
      lazy: async () => ({ Component: (await import('./groups-screen.js')).CollaboratorGroupsScreen }),
      children: [
        { index: true, lazy: async () => ({ Component: (await import('./group-page.js')).NoGroup }) },
        // No id begins like this.
        { path: '~new', lazy: async () => ({ Component: (await import('./group-page.js')).NewGroup }) },
        { path: ':id', lazy: async () => ({ Component: (await import('./group-page.js')).GroupPage }) },
      ],
    },
  ],
};
