import type { Screen } from '../../screens.js';

/** The list of dossiers with its filters, and what one does with a selection of them (rules 24 and 25). */
export const screen: Screen = {
  id: 'monitor',
  link: {
    section: 'work',
    order: 10,
    path: 'monitor',
    isFor: (ability) => ability.can('open', 'dossier'),
  },
  routes: [{ path: 'monitor', lazy: async () => ({ Component: (await import('./monitor-screen.js')).MonitorScreen }) }],
};
