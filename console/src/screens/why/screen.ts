import type { Screen } from '../../screens.js';

/** Whether someone may do something with a dossier, and why: administrators ask about everyone, others about themselves. */
export const screen: Screen = {
  id: 'why',
  link: { section: 'control', order: 10, path: 'why', isFor: (ability) => ability.can('check_access', 'collaborator') },
  routes: [{ path: 'why', lazy: async () => ({ Component: (await import('./why-screen.js')).WhyScreen }) }],
};
