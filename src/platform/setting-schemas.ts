import { z } from 'zod';
import { parseSmtpUrl } from './mail/smtp-server.js';

/** A whole number between two bounds. */
export function integer(least: number, most: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .pipe(z.int().min(least).max(most));
}

/** `all`, `denied`, or a share of all. */
export const decisionSelection = z
  .string()
  .regex(/^(all|denied|sampled:(0?\.\d{1,6}|1))$/)
  .transform((text) => {
    if (text === 'all' || text === 'denied') return text;
    return { sampled: Number(text.slice('sampled:'.length)) };
  });

export const path = z.string().trim().min(1);
export const postgresUrl = z.string().refine((text) => /^postgres(ql)?:\/\/./.test(text) && URL.canParse(text));
/** No query or fragment: nothing in them would count. Users and passwords are percent-encoded as in every URL. */
export const redisUrl = z.string().refine((text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url?.hostname || !/^rediss?:$/.test(url.protocol) || url.search || url.hash) return false;
  return /^\/?\d{0,4}$/.test(url.pathname) && [url.username, url.password].every(isPercentEncoded);
});
/** No password goes over a network in clear. */
export const smtpUrl = z.string().refine((text) => parseSmtpUrl(text, 0) !== undefined);
/** No user, query or fragment: what follows is appended to it, and it is shown to callers. */
export const plainUrl = z.string().refine((text) => {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash;
});
/** Keys fetched over plain HTTP could be anyone's, except from this machine. */
export const issuerUrl = plainUrl.refine((text) => {
  const url = new URL(text);
  return url.protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
});

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
