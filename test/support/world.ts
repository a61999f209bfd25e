import fc from 'fast-check';
import { dossierStatuses, profiles, type Relation } from '#src/relations/vocabulary.js';
import { below, pick, seededRandom, shuffled, type Random } from './random.js';
import { buildWorld, linkKinds, type DossierRecipe, type Expiry, type OfficeRecipe } from './world-recipe.js';
import type { World, WorldOffice } from './world.types.js';

/** How many of each an office may have at most. */
export interface WorldSize {
  offices: number;
  collaborators: number;
  collaboratorGroups: number;
  clientGroups: number;
  dossiers: number;
  links: number;
}

const smallWorld: WorldSize = {
  offices: 3,
  collaborators: 8,
  collaboratorGroups: 4,
  clientGroups: 4,
  dossiers: 9,
  links: 60,
};

/** Values in the proportions in which chance should choose them. */
const often = {
  profile: ['collaborator', 'collaborator', ...profiles] as const,
  status: ['active', 'active', 'active', ...dossierStatuses] as const,
  expiry: ['never', 'never', 'never', 'future', 'past'] as const,
  isActive: [true, true, true, false] as const,
  isPrivate: [false, false, true] as const,
  labels: [[], ['tva'], ['tva', 'Été 2026', '=label']] as const,
} as const;

/**
 * Any legal world: one to three offices that use the same ids, with every profile, status and relationship, and with
 * tuples that have ended, that will end, and that never do. It shrinks to fewer and plainer entities.
 */
export function worlds(size: Partial<WorldSize> = {}): fc.Arbitrary<World> {
  const most = { ...smallWorld, ...size };
  const offices = fc.array(officeRecipes(most), { minLength: 1, maxLength: most.offices, size: 'max' });
  return fc.tuple(offices, number()).map(([recipes, firstId]) => buildWorld(recipes, firstId % 40));
}

function officeRecipes(most: WorldSize): fc.Arbitrary<OfficeRecipe> {
  const upTo = <T>(maxLength: number, one: fc.Arbitrary<T>, minLength = 0) =>
    fc.array(one, { minLength, maxLength, size: 'max' });
  const expiry: fc.Arbitrary<Expiry> = fc.constantFrom(...often.expiry);
  return fc.record({
    onlyAdminsActivate: fc.boolean(),
    uniqueGroupNames: fc.boolean(),
    collaborators: upTo(
      most.collaborators,
      fc.record({
        profile: fc.constantFrom(...often.profile),
        isActive: fc.constantFrom(...often.isActive),
        name: number(),
      }),
      1,
    ),
    collaboratorGroups: upTo(most.collaboratorGroups, fc.record({ name: number() })),
    clientGroups: upTo(most.clientGroups, fc.record({ name: number(), hasEmail: fc.boolean() })),
    dossiers: upTo(
      most.dossiers,
      fc.record({
        status: fc.constantFrom(...often.status),
        isPrivate: fc.constantFrom(...often.isPrivate),
        name: number(),
        hasNumber: fc.boolean(),
        labels: fc.constantFrom(...often.labels),
        clientGroup: fc.option(number()),
        membership: expiry,
      }),
    ),
    links: upTo(most.links, fc.record({ kind: number(), object: number(), subject: number(), expiry })),
  });
}

function number(): fc.Arbitrary<number> {
  return fc.noBias(fc.nat({ max: 9_999 }));
}

/** A legal world of exactly this size from a seed, without fast-check: for worlds too big to shrink. */
export function seededWorld(seed: number, size: WorldSize): World {
  const random = seededRandom(seed);
  return buildWorld(Array.from({ length: size.offices }, () => seededRecipe(random, size)));
}

function seededRecipe(random: Random, size: WorldSize): OfficeRecipe {
  const many = <T>(length: number, one: () => T): T[] => Array.from({ length }, one);
  const any = () => below(random, 1_000_000);
  return {
    onlyAdminsActivate: random() < 0.5,
    uniqueGroupNames: random() < 0.5,
    collaborators: many(size.collaborators, () => ({
      profile: pick(random, often.profile),
      isActive: pick(random, often.isActive),
      name: any(),
    })),
    collaboratorGroups: many(size.collaboratorGroups, () => ({ name: any() })),
    clientGroups: many(size.clientGroups, () => ({ name: any(), hasEmail: random() < 0.5 })),
    dossiers: many(size.dossiers, (): DossierRecipe => ({
      status: pick(random, often.status),
      isPrivate: pick(random, often.isPrivate),
      name: any(),
      hasNumber: random() < 0.5,
      labels: pick(random, often.labels),
      clientGroup: random() < 0.8 ? any() : null,
      membership: pick(random, often.expiry),
    })),
    links: many(size.links, () => ({
      kind: below(random, linkKinds.length),
      object: any(),
      subject: any(),
      expiry: pick(random, often.expiry),
    })),
  };
}

/**
 * The office as import lines in an order that the seed settles, each with its line break. Only the managers of one
 * dossier keep their order, because rule 19 asks who came first. The office's own line comes first where asked for.
 */
export function toNdjson(office: WorldOffice, options: { seed?: number; withOffice?: boolean } = {}): string {
  const { id, name, email, language, settings } = office;
  const lines: ImportLine[] = [
    ...office.collaborators.map((one) => ({ kind: 'collaborator', ...one })),
    ...office.collaboratorGroups.map((one) => ({ kind: 'collaborator_group', ...one })),
    ...office.clientGroups.map((one) => ({ kind: 'client_group', ...one })),
    ...office.dossiers.map((one) => ({ kind: 'dossier', ...one })),
    ...office.tuples.map((one) => ({ kind: 'relationship', ...one })),
  ];
  const mixed = withManagersInOrder(shuffled(seededRandom(options.seed ?? 0), lines), lines);
  const first = options.withOffice === true ? [{ kind: 'office', id, name, email, language, settings }] : [];
  return [...first, ...mixed].map((line) => `${JSON.stringify(line)}\n`).join('');
}

interface ImportLine {
  kind: string;
  object?: string;
  relation?: Relation;
}

function withManagersInOrder(mixed: readonly ImportLine[], ordered: readonly ImportLine[]): ImportLine[] {
  const waiting = new Map<string | undefined, ImportLine[]>();
  for (const line of ordered.filter((one) => one.relation === 'manager')) {
    waiting.set(line.object, [...(waiting.get(line.object) ?? []), line]);
  }
  return mixed.map((line) => (line.relation === 'manager' ? (waiting.get(line.object)?.shift() ?? line) : line));
}
