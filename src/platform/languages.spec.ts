import { describe, expect, it } from '@jest/globals';
import { negotiateLanguage } from './languages.js';

describe('the language of an answer', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['fr', 'fr'],
    ['FR', 'fr'],
    ['fr-BE', 'fr'],
    ['de-DE-1996, en;q=0.5', 'de'],
    ['en;q=0.5, nl;q=0.8, fr;q=0.7', 'nl'],
    ['es, nl;q=0.3', 'nl'],
    ['es', 'en'],
    ['nl, fr', 'nl'],
    ['fr;q=0, nl;q=0.1', 'nl'],
    ['*', 'en'],
    ['es, *;q=0.5, fr;q=0.4', 'en'],
    ['fr ; q = 0.9 , de', 'de'],
    ['fr;q=9', 'en'],
    ['fr;level=1', 'en'],
    [';;,,q=1', 'en'],
    [`fr,${'x,'.repeat(500)}`, 'en'],
  ])('for "%s" it is %s', (header, language) => {
    expect(negotiateLanguage(header)).toBe(language);
  });

  it('keeps its answers right when more headers were seen than it remembers', () => {
    for (let i = 0; i < 1_000; i++) negotiateLanguage(`es;q=0.${i}, fr;q=0.001`);
    expect(negotiateLanguage('de;q=0.4, es;q=0.999')).toBe('de');
  });
});
