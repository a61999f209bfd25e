import type { Screen } from '../../screens.js';

/** The audit trail (rule 31). */
export const screen: Screen = {
  id: 'trail',
  link: { section: 'control', order: 30, path: 'trail', isFor: (ability) => ability.can('read_trail', 'office') },
  routes: [{ path: 'trail', lazy: async () => ({ Component: (await import('./trail-screen.js')).TrailScreen }) }],
};
