import type { SMTPError } from 'nodemailer/lib/smtp-connection';

/** Whom the server refused, or what. */
type RefusedPart = 'sender' | 'recipient' | 'message';

/**
 * How an attempt to send one message ended.
 *
 * - `sent`: the server has taken it.
 * - `refused`: the server will not take it, now or later. `deferred`: not now (RFC 5321 §4.2.1).
 * - `unreachable`: the server could not be talked to; the message is not to blame and was not handed over.
 * - `withdrawn`: its own side stopped it before the first byte.
 * - `uncertain`: the content was on its way and no answer came: it may have been taken (RFC 1047).
 */
export type Delivery =
  | { outcome: 'sent' }
  | { outcome: 'refused' | 'deferred'; part: RefusedPart; detail: string }
  | { outcome: 'unreachable' | 'uncertain'; detail: string }
  | { outcome: 'withdrawn' };

/** The server cannot be used at all: it is away, wants no TLS, or takes no such login. */
export class SmtpServerError extends Error {
  override readonly name = 'SmtpServerError';
}

/** Answers that speak of the connection, not of the message: closing, and all about logging in and TLS. */
const aboutTheConnection = new Set([421, 454, 530, 534, 535, 538]);

/** What a failed attempt means, by how far the message's content had come. */
export function deliveryOf(error: SMTPError, content: { wasAsked: boolean; isOut: boolean }): Delivery {
  const { code, command, responseCode: reply = 0 } = error;
  const detail = detailOf(error);
  if (content.isOut) {
    // Only a whole answer to the content says that it was not taken.
    const isAnswered = code === 'EMESSAGE' && command === 'DATA' && reply >= 400 && reply < 600;
    if (!isAnswered) return { outcome: 'uncertain', detail };
    return { outcome: error.permanent ? 'refused' : 'deferred', part: 'message', detail };
  }
  if (content.wasAsked && code === 'ESTREAM') return { outcome: 'withdrawn' };
  // Refused before it was asked: an address that is none, a message larger than the server takes.
  if (reply === 0 && (code === 'EENVELOPE' || code === 'EMESSAGE'))
    return { outcome: 'refused', part: 'message', detail };
  if (code !== 'EENVELOPE' || aboutTheConnection.has(reply)) return { outcome: 'unreachable', detail };
  const part = command === 'MAIL FROM' ? 'sender' : command === 'RCPT TO' ? 'recipient' : 'message';
  return { outcome: error.permanent ? 'refused' : 'deferred', part, detail };
}

const maxDetailLength = 300;

/** What the server said, else what went wrong, on one line: for people, and without what was sent. */
export function detailOf({ response, message }: Pick<SMTPError, 'response' | 'message'>): string {
  return (response || message)
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, maxDetailLength);
}
