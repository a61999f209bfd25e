import MailComposer from 'nodemailer/lib/mail-composer';

/** One message to one recipient, in plain text. */
export interface Mail {
  /** With its angle brackets. The same message has the same one, however often it is tried. */
  messageId: string;
  /** What a mail program shows instead of the sender's address. */
  senderName: string;
  sender: string;
  replyTo: string;
  recipient: string;
  subject: string;
  text: string;
}

/** A value would end its header line, or an address is none: such a message must not be sent at all. */
export class UnsafeMailError extends Error {
  override readonly name = 'UnsafeMailError';
}

const address = /^[^\s\p{Cc}<>,;:"\\()[\]@]+@[^\s\p{Cc}<>,;:"\\()@]+$/u;
/** Whatever a mail program may take for the end of a line. */
const lineEnd = /[\p{Cc}\u2028\u2029]/u;

/**
 * Writes the message as it goes over the wire (RFC 5322), text in UTF-8.
 *
 * @throws UnsafeMailError where a value could become a header of its own or a second recipient: values were checked
 *   when they came in, and this is the second wall
 */
export async function writeMail(mail: Mail): Promise<Buffer> {
  const { messageId, senderName, sender, replyTo, recipient, subject, text } = mail;
  for (const one of [sender, replyTo, recipient]) {
    if (!address.test(one)) throw new UnsafeMailError('an address is none');
  }
  if (!/^<[^\s<>\p{Cc}]+>$/u.test(messageId)) throw new UnsafeMailError('the Message-ID is none');
  if ([senderName, subject].some((value) => lineEnd.test(value)))
    throw new UnsafeMailError('a header of several lines');
  const composer = new MailComposer({
    messageId,
    from: { name: senderName, address: sender },
    replyTo: { name: '', address: replyTo },
    to: { name: '', address: recipient },
    subject,
    text,
    newline: 'win',
    // Nothing in a message is ever fetched or read from a file.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}
