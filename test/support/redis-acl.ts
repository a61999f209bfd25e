import { readFileSync } from 'node:fs';

/** The rule that `docs/freshness.md` tells operators to give to Redis, for the user `cardea`, with this password. */
export function documentedAcl(password: string): string[] {
  const rule = /^ACL SETUSER (cardea on >PASSWORD .*)$/m.exec(readFileSync('docs/freshness.md', 'utf8'))?.[1];
  if (!rule) throw new Error('docs/freshness.md has no rule for the ACL of Redis');
  return rule.replace('PASSWORD', password).split(' ');
}
