import { createBrowserRouter } from 'react-router';
import { watchNavigation } from './layout/focus-at-navigation.js';
import { Layout } from './layout/layout.js';
import { Crash, NotFound } from './layout/not-found.js';
import { Start } from './layout/start.js';
import { screens } from './screens.js';
import { SessionGate } from './session/session-gate.js';

/** Everything below `/console`: whoever has no session is sent to sign in before anything is shown. */
export function createRouter() {
  const router = createBrowserRouter(
    [
      {
        path: '/',
        Component: SessionGate,
        ErrorBoundary: Crash,
        HydrateFallback: () => null,
        children: [
          { index: true, Component: Start },
          {
            path: ':office',
            Component: Layout,
            children: [
              { index: true, Component: Start },
              ...screens.flatMap(({ routes }) => routes),
              { path: '*', Component: NotFound },
            ],
          },
        ],
      },
    ],
    { basename: '/console' },
  );
  watchNavigation(router);
  return router;
}
