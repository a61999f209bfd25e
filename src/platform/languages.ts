/** The languages in which the service speaks to people. English is the one that is always there. */
export const languages = ['en', 'fr', 'nl', 'de'] as const;
export type Language = (typeof languages)[number];

/** The same sentence in every language. */
export type Texts = Readonly<Record<Language, string>>;

const maxHeaderLength = 200;
const maxRemembered = 256;
const remembered = new Map<string, Language>();

/**
 * Chooses the language of an answer from an `Accept-Language` header (RFC 9110 §12.5.4): the highest q-value among
 * the languages that we speak, the earlier one when two are equal; a region (`fr-BE`) counts as its language.
 *
 * @param header the header as sent, or `undefined`; anything unreadable counts as no wish
 * @returns `en` when nothing fits
 */
export function negotiateLanguage(header: string | undefined): Language {
  if (!header || header.length > maxHeaderLength) return 'en';
  const known = remembered.get(header);
  if (known) return known;
  const language = choose(header);
  // Browsers send few distinct headers; the bound is for a client that makes them up.
  if (remembered.size < maxRemembered) remembered.set(header, language);
  return language;
}

function choose(header: string): Language {
  let best: Language = 'en';
  let bestQuality = 0;
  for (const part of header.split(',')) {
    const match = /^\s*([a-z]{1,8}|\*)(?:-[a-z0-9-]{1,35})?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/i.exec(part);
    if (!match) continue;
    const quality = Math.min(1, Number(match[2] ?? 1));
    const language = match[1] === '*' ? 'en' : languages.find((one) => one === match[1]?.toLowerCase());
    if (language && quality > bestQuality) {
      best = language;
      bestQuality = quality;
    }
  }
  return best;
}
