import type { Screen } from '../../screens.js';

/** One dossier: who answers for it, its group, its settings, who can open it and what has happened to it. */
export const screen: Screen = {
  id: 'dossier',
  routes: [
    {
      path: 'dossiers/:id',
      lazy: async () => ({ Component: (await import('./dossier-screen.js')).DossierScreen }),
      children: [
        { index: true, lazy: async () => ({ Component: (await import('./managers-tab.js')).ManagersTab }) },
        { path: 'managers', lazy: async () => ({ Component: (await import('./managers-tab.js')).ManagersTab }) },
        { path: 'client-group', lazy: async () => ({ Component: (await import('./group-tab.js')).GroupTab }) },
        { path: 'settings', lazy: async () => ({ Component: (await import('./settings-tab.js')).SettingsTab }) },
        { path: 'people', lazy: async () => ({ Component: (await import('./people-tab.js')).PeopleTab }) },
        { path: 'audience', lazy: async () => ({ Component: (await import('./audience-tab.js')).AudienceTab }) },
        { path: 'history', lazy: async () => ({ Component: (await import('./history-tab.js')).HistoryTab }) },
      ],
    },
  ],
};
