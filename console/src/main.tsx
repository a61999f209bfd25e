import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './styles/base.css';
import { createQueryClient } from './api/query-client.js';
import { App } from './app.js';
import { startTexts } from './i18n/texts.js';
import { applyTheme } from './layout/theme.js';
import { createRouter } from './router.js';
import { sessionQuery } from './session/session.js';

applyTheme();
const place = document.getElementById('console');
if (!place) throw new Error('index.html has no element for the console');

// All three are asked for at once: who is signed in, the code of the screen, and the words.
const queries = createQueryClient();
void queries.prefetchQuery(sessionQuery);
const router = createRouter();
await startTexts();

createRoot(place).render(
  <StrictMode>
    <App queries={queries} router={router} />
  </StrictMode>,
);
