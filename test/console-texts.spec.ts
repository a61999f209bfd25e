import { describe, expect, test } from '@jest/globals';
import { readSources, readTexts, textLanguages, usesOf, valuesOf, type Texts } from '#test/support/console-texts.js';

const [first, ...others] = textLanguages;
const texts = Object.fromEntries(textLanguages.map((language) => [language, readTexts(language)]));
const sources = readSources();
const screenIds = Object.entries(sources)
  .filter(([path]) => /^screens\/[\w-]+\/screen\.ts$/.test(path))
  .map(([, text]) => /\bid: '([\w-]+)'/.exec(text)?.[1] ?? '');
const uses = usesOf(sources, screenIds);

function keysOf(all: Texts): string[] {
  return Object.entries(all).flatMap(([screen, words]) => Object.keys(words).map((key) => `${screen}:${key}`));
}

// Seen to fail with a key taken out of one language, one that no source asks for, one asked for that is not there, and
// a message with a value that the others do not take.
describe('the texts of the console', () => {
  test.each(others)('are all there in %s, in the same order', (language) => {
    expect(keysOf(texts[language]!)).toEqual(keysOf(texts[first]!));
  });

  test.each(textLanguages)('are well formed ICU messages that say something, in %s', (language) => {
    for (const [screen, words] of Object.entries(texts[language]!)) {
      for (const [key, message] of Object.entries(words)) {
        expect([screen, key, message.trim()]).not.toEqual([screen, key, '']);
        expect([screen, key, valuesOf(message)]).toEqual([screen, key, valuesOf(texts[first]![screen]![key]!)]);
      }
    }
  });

  test('are there for whatever the sources ask for', () => {
    const missing = [...uses].flatMap(([screen, { keys, beginnings }]) => {
      const known = Object.keys(texts[first]![screen] ?? {});
      return [
        ...[...keys].filter((key) => !known.includes(key)),
        ...beginnings.filter((beginning) => !known.some((key) => key.startsWith(beginning))),
      ].map((key) => `${screen}:${key}`);
    });
    expect(missing).toEqual([]);
  });

  test('are all asked for', () => {
    const unused = Object.entries(texts[first]!).flatMap(([screen, words]) => {
      const { keys = new Set(), beginnings = [] } = uses.get(screen) ?? {};
      return Object.keys(words)
        .filter((key) => !keys.has(key) && !beginnings.some((beginning) => key.startsWith(beginning)))
        .map((key) => `${screen}:${key}`);
    });
    expect(unused).toEqual([]);
  });
});
