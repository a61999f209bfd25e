/** Whether there may be more things of a type than are stored. */
export const worlds = ['closed', 'open'] as const;
export type World = (typeof worlds)[number];

/** What counts where a request and the store say something about the same thing. */
export const precedences = ['stored', 'stored-first', 'request-first'] as const;
export type Precedence = (typeof precedences)[number];

/** Roles as one property of an entity holds them, one or a list, with what each role brings along. */
export interface RoleRules {
  readonly property: string;
  readonly inherits: ReadonlyMap<string, readonly string[]>;
}

/** What a policy says about the entities of its type, rules aside. */
export interface EntityType {
  /** Other names that questions may call the type by. */
  readonly aliases: readonly string[];
  /** Closed: what is not stored can do nothing. */
  readonly asSubject: World;
  /** Closed: with what is not stored, nothing can be done. */
  readonly asResource: World;
  readonly properties: Precedence;
  readonly roles?: RoleRules;
}

/** What counts where a policy says nothing: only what is stored exists, and only what is stored is true. */
export const strictEntityType: EntityType = {
  aliases: [],
  asSubject: 'closed',
  asResource: 'closed',
  properties: 'stored',
};

/**
 * The roles that a property stands for: one role, or a list of them, each with all that it inherits, directly or not.
 * Pure; anything but texts is no role.
 */
export function rolesOf(rules: RoleRules | undefined, properties: Readonly<Record<string, unknown>>): string[] {
  if (!rules || !Object.hasOwn(properties, rules.property)) return [];
  const held = [properties[rules.property]].flat().filter((role): role is string => typeof role === 'string');
  const roles = new Set(held);
  // A set is walked in the order in which it grows, so a circle of roles ends by itself.
  for (const role of roles) for (const inherited of rules.inherits.get(role) ?? []) roles.add(inherited);
  return [...roles];
}
