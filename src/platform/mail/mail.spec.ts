import { describe, expect, test } from '@jest/globals';
import { UnsafeMailError, writeMail, type Mail } from './mail.js';

const mail: Mail = {
  messageId: '<0123abc@o.example>',
  senderName: 'Fiduciaire Horta',
  sender: 'mia@o.example',
  replyTo: 'mia@o.example',
  recipient: 'client@client.example',
  subject: 'Your VAT return',
  text: 'Dear client,\n\nBest regards',
};

const headersOf = (source: Buffer) =>
  source
    .toString()
    .split('\r\n\r\n')[0]!
    .replaceAll(/\r\n[ \t]+/g, ' ')
    .split('\r\n');

// How these were seen to fail: without the checks of addresses and of header lines.
describe('a message as it goes over the wire', () => {
  test('has the headers of one message, and plain text', async () => {
    const source = await writeMail(mail);
    expect(headersOf(source).sort()).toEqual([
      'Content-Transfer-Encoding: 7bit',
      'Content-Type: text/plain; charset=utf-8',
      expect.stringMatching(/^Date: /),
      'From: Fiduciaire Horta <mia@o.example>',
      'MIME-Version: 1.0',
      'Message-ID: <0123abc@o.example>',
      'Reply-To: mia@o.example',
      'Subject: Your VAT return',
      'To: client@client.example',
    ]);
    expect(source.toString()).toContain('\r\n\r\nDear client,\r\n\r\nBest regards');
  });

  test('keeps accents, emoji and long lines, in ASCII on the wire', async () => {
    const text = `Déclaration de TVA: Łódź 💶\n${'x'.repeat(2_000)}`;
    const source = await writeMail({ ...mail, text, subject: 'Réunion à Liège', senderName: 'Fiduciaire Élan, SRL' });
    expect(/^[\r\n\x20-\x7E]*$/.test(source.toString('latin1'))).toBe(true);
    expect(
      Math.max(
        ...source
          .toString()
          .split('\r\n')
          .map((line) => line.length),
      ),
    ).toBeLessThan(998);
    expect(headersOf(source).find((line) => line.startsWith('From:'))).toContain('<mia@o.example>');
  });

  test.each<[string, Partial<Mail>]>([
    ['a subject of two lines', { subject: 'Hello\r\nBcc: all@x.example' }],
    ['a subject with a bare line feed', { subject: 'Hello\nBcc: all@x.example' }],
    ['a subject with another line end', { subject: 'Hello\u2028Bcc: all@x.example' }],
    ['a name of two lines', { senderName: 'Horta\r\nBcc: all@x.example' }],
    ['two recipients', { recipient: 'a@client.example, b@client.example' }],
    ['a recipient with a command', { recipient: 'a@client.example>\r\nRCPT TO:<b@client.example' }],
    ['a recipient with a name', { recipient: 'b@x.example <a@client.example>' }],
    ['a sender of two lines', { sender: 'a@o.example\r\nX: y' }],
    ['a reply address of two', { replyTo: 'a@o.example;b@o.example' }],
    ['no recipient', { recipient: '' }],
    ['a Message-ID of two lines', { messageId: '<a@b>\r\nX: y' }],
  ])('with %s is never written', async (_, spoilt) => {
    await expect(writeMail({ ...mail, ...spoilt })).rejects.toThrow(UnsafeMailError);
  });

  test('fetches nothing that its text names', async () => {
    const source = await writeMail({ ...mail, text: 'file:///etc/passwd' });
    expect(source.toString()).toContain('file:///etc/passwd');
  });
});
