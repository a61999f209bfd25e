import 'reflect-metadata';
import { writeFileSync } from 'node:fs';
import { describeApi } from './app.js';

/** `npm run openapi`: writes the document that the code describes. It needs no database. */
writeFileSync('openapi.json', await describeApi());
