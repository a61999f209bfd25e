import { accessTexts } from './texts/access.texts.js';
import { importTexts } from './texts/import.texts.js';
import { requestTexts } from './texts/request.texts.js';
import { reviewTexts } from './texts/review.texts.js';
import { ruleTexts } from './texts/rule.texts.js';
import { stateTexts } from './texts/state.texts.js';
import { warnings } from './texts/warning.texts.js';

/** The one catalogue: every problem that the service answers with, by its stable code. */
export const errorTexts = {
  ...requestTexts,
  ...accessTexts,
  ...stateTexts,
  ...ruleTexts,
  ...importTexts,
  ...reviewTexts,
} as const;

/** Every warning that a write can carry, by its stable code. */
export const warningTexts = warnings;
