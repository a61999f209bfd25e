import type { Screen } from '../../screens.js';

/** Settings: the client groups of the office, for its administrators (rule 30). */
export const screen: Screen = {
  id: 'client-groups',
  link: {
    section: 'settings',
    order: 10,
    path: 'client-groups',
    isFor: (ability) => ability.can('read', 'client_group'),
  },
  routes: [
    {
      path: 'client-groups',
      lazy: async () => ({ Component: (await import('./client-groups-screen.js')).ClientGroupsScreen }),
      children: [
        { index: true, lazy: async () => ({ Component: (await import('./group-page.js')).NoGroup }) },
        // No id begins like this.
        { path: '~new', lazy: async () => ({ Component: (await import('./group-page.js')).NewGroup }) },
        { path: ':id', lazy: async () => ({ Component: (await import('./group-page.js')).GroupPage }) },
      ],
    },
  ],
};
