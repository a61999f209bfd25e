import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { RouterProvider } from 'react-router/dom';
import { LanguageProvider } from './i18n/language-provider.js';
import { Toasts } from './parts/toasts.js';
import type { createRouter } from './router.js';

interface Props {
  queries: QueryClient;
  router: ReturnType<typeof createRouter>;
}

export function App({ queries, router }: Props) {
  return (
    <QueryClientProvider client={queries}>
      <LanguageProvider>
        <RouterProvider router={router} />
        <Toasts />
      </LanguageProvider>
    </QueryClientProvider>
  );
}
