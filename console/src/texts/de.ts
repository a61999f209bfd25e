import { byScreen } from './by-screen.js';

export const texts = byScreen(import.meta.glob<object>('./de/*.json', { eager: true, import: 'default' }));
