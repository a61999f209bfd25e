import type { Screen } from '../../screens.js';

/** The loaded rules as reviewers see them. */
export const screen: Screen = {
  id: 'policies',
  link: { section: 'control', order: 20, path: 'policies', isFor: (ability) => ability.can('read_trail', 'office') },
  routes: [
    { path: 'policies', lazy: async () => ({ Component: (await import('./policies-screen.js')).PoliciesScreen }) },
  ],
};
