import type { MongoAbility } from '@casl/ability';
import type { RouteObject } from 'react-router';

/** Where a screen stands in the side navigation, in this order. */
export const sections = ['work', 'settings', 'control'] as const;
export type Section = (typeof sections)[number];

/**
 * A screen of the console, as `screens/<name>/screen.ts` exports it under the name `screen`. A folder is all that a
 * screen adds: its files, `texts/<language>/<id>.json` for its words, and nothing in anybody else's files.
 */
export interface Screen {
  /** Names its texts; `<id>:title` is its name in the side navigation. */
  id: string;
  /** Its link in the side navigation; absent for screens that one reaches from others. */
  link?: {
    section: Section;
    /** From small to large within the section. */
    order: number;
    /** Below `/console/{office}/`. */
    path: string;
    /** Whether the link is of use to someone, by the ability that the service exports. The service decides anyway. */
    isFor(ability: MongoAbility): boolean;
  };
  /** Below `/console/{office}/`. `lazy` keeps the code of a screen out of the first load. */
  routes: RouteObject[];
}

const modules = import.meta.glob<{ screen: Screen }>('./screens/*/screen.ts', { eager: true });

/** Every screen that there is. */
export const screens: readonly Screen[] = Object.values(modules)
  .map(({ screen }) => screen)
  .sort((a, b) => placeOf(a) - placeOf(b));

function placeOf({ link }: Screen): number {
  return link ? sections.indexOf(link.section) * 1000 + link.order : Number.MAX_SAFE_INTEGER;
}
