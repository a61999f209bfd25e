import { writeFileSync } from 'node:fs';
import { renderErrorsDoc } from './errors-doc.js';

/** Writes `docs/errors.md` of the working directory anew. */
writeFileSync('docs/errors.md', renderErrorsDoc());
