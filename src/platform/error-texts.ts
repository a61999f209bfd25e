import { accessTexts } from './texts/access.texts.js';
import { importTexts } from './texts/import.texts.js';
import { deliveryTexts, mailTexts, mailWarnings } from './texts/mail.texts.js';
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
  ...mailTexts,
} as const;

/** Every warning that a write can carry, by its stable code. */
export const warningTexts = { ...warnings, ...mailWarnings } as const;

/** Why a message of the outbox waits, was not sent, or may have been. */
export const outboxTexts = deliveryTexts;
