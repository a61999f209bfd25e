import { byScreen } from './by-screen.js';

export const texts = byScreen(import.meta.glob<object>('./nl/*.json', { eager: true, import: 'default' }));
