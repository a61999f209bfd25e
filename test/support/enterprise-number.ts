/** How often the eight digits before the check digits can count up. */
const numbersThereAre = 18_000_000;

/**
 * The `n`th valid Belgian enterprise number (rule 26: eight digits, then 97 minus their remainder by 97), each `n` a
 * different one. The way it is written changes with `n` too: people type dots, spaces and a country in front.
 */
export function enterpriseNumber(n: number): string {
  if (n >= numbersThereAre) throw new RangeError(`There are ${numbersThereAre} numbers, and ${n} is past them.`);
  const base = 2_000_000 + n;
  const digits = String(base).padStart(8, '0') + String(97 - (base % 97)).padStart(2, '0');
  const [first, second, third] = [digits.slice(0, 4), digits.slice(4, 7), digits.slice(7)];
  const ways = [
    `${first}.${second}.${third}`,
    digits,
    `BE ${first}.${second}.${third}`,
    `BE${digits}`,
    `${first} ${second} ${third}`,
  ];
  return ways[n % ways.length] as string;
}
