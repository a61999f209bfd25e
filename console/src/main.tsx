import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import './styles/base.css';
import { App } from './app.js';
import { startTexts } from './i18n/texts.js';
import { applyTheme } from './layout/theme.js';

applyTheme();
await startTexts();

const place = document.getElementById('console');
if (!place) throw new Error('index.html has no element for the console');
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
