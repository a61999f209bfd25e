import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';

/** Texts of the console: by screen, by key. */
export type Texts = Record<string, Record<string, string>>;

/** The languages of the console's texts; the others are held to the first one. */
export const textLanguages = ['fr', 'nl', 'en', 'de'] as const;

/** Reads `console/src/texts/<language>/*.json`. */
export function readTexts(language: string): Texts {
  const folder = join('console/src/texts', language);
  return Object.fromEntries(
    readdirSync(folder).map((file) => [
      file.replace(/\.json$/, ''),
      JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record<string, string>,
    ]),
  );
}

/** Every source of the console, by path. */
export function readSources(): Record<string, string> {
  const folder = 'console/src';
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.tsx?$/.test(path));
  return Object.fromEntries(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}

/** Keys that a source asks for: whole ones, and beginnings of those that it puts together. */
export interface Uses {
  keys: Set<string>;
  beginnings: string[];
}

/**
 * What the sources ask for, by screen. The words of a screen are at hand as `const t = useTexts('screen')` or as an
 * argument `t: TextsOf<'screen'>`, and are asked for as `t('key')` or `` t(`beginning.${rest}`) ``.
 */
export function usesOf(sources: Record<string, string>, screenIds: readonly string[]): Map<string, Uses> {
  const uses = new Map<string, Uses>();
  const of = (screen: string) => {
    const known = uses.get(screen) ?? { keys: new Set<string>(), beginnings: [] };
    uses.set(screen, known);
    return known;
  };
  for (const text of Object.values(sources)) {
    const names = new Map<string, Set<string>>();
    for (const [, name = '', screen = ''] of text.matchAll(/(\w+)(?:\s*=\s*useTexts\(|\??:\s*TextsOf<)'([\w-]+)'/g)) {
      names.set(name, (names.get(name) ?? new Set()).add(screen));
    }
    for (const [name, screens] of names) {
      for (const screen of screens) collect(text, name, of(screen));
    }
  }
  // The side navigation asks for the title of every screen by its id.
  for (const id of screenIds) of(id).keys.add('title');
  return uses;
}

function collect(text: string, name: string, { keys, beginnings }: Uses): void {
  for (const [, key = ''] of text.matchAll(new RegExp(`\\b${name}\\(\\s*'([^']+)'`, 'g'))) keys.add(key);
  for (const [, beginning = ''] of text.matchAll(new RegExp(`\\b${name}\\(\\s*\`([^\`$]+)\\$\\{`, 'g'))) {
    beginnings.push(beginning);
  }
}

/** The names of the values that an ICU message takes, sorted. @throws SyntaxError for one that is not well formed */
export function valuesOf(message: string): string[] {
  const names = new Set<string>();
  const walk = (elements: MessageFormatElement[]) => {
    for (const element of elements) {
      if (element.type === TYPE.literal || element.type === TYPE.pound) continue;
      if (element.type !== TYPE.tag) names.add(element.value);
      if (element.type === TYPE.tag) walk(element.children);
      if (element.type === TYPE.plural || element.type === TYPE.select) {
        for (const { value } of Object.values(element.options)) walk(value);
      }
    }
  };
  walk(parse(message));
  return [...names].sort();
}
