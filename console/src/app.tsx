import { QueryClientProvider } from '@tanstack/react-query';
import { useState } from 'react';
import { RouterProvider } from 'react-router/dom';
import { createQueryClient } from './api/query-client.js';
import { LanguageProvider } from './i18n/language-provider.js';
import { Toasts } from './parts/toasts.js';
import { createRouter } from './router.js';

export function App() {
  const [queries] = useState(createQueryClient);
  const [router] = useState(createRouter);
  return (
    <QueryClientProvider client={queries}>
      <LanguageProvider>
        <RouterProvider router={router} />
        <Toasts />
      </LanguageProvider>
    </QueryClientProvider>
  );
}
