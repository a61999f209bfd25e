import type { IncomingHttpHeaders } from 'node:http';
import { ApiHeader } from '@nestjs/swagger';
import { problem } from '#src/platform/errors.js';

/** One line of printable ASCII: it goes to logs and lists as it is. */
const acceptable = /^[\x20-\x7e]{1,200}$/;

/** `true` where there is none, too. */
export function isPurpose(given: string | string[] | undefined): given is string | undefined {
  return given === undefined || (typeof given === 'string' && acceptable.test(given));
}

/**
 * Why someone asks, in their own words: `Cardea-Purpose`, for the decision log.
 *
 * @throws `invalid_request`
 */
export function purposeOf(headers: IncomingHttpHeaders): string | undefined {
  const given = headers['cardea-purpose'];
  if (isPurpose(given)) return given;
  const message = '1 to 200 printable ASCII characters';
  throw problem('invalid_request', {}, { errors: [{ path: 'Cardea-Purpose', message }] });
}

/** Describes the header. */
export function PurposeHeader() {
  const description = 'Why you ask, for the decision log: one line of at most 200 printable ASCII characters.';
  return ApiHeader({ name: 'Cardea-Purpose', required: false, description });
}
