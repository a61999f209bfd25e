import { describe, expect, it } from '@jest/globals';
import { questionsOf } from '#src/policy/cases.js';
import { readCases } from '#src/policy/load-cases.js';
import { loadBundle } from '#src/policy/load.js';
import type { DossierFacts } from '#src/relations/facts.js';
import { dossierStatuses, type DossierStatus, type Profile, profiles } from '#src/relations/vocabulary.js';
import { aResource, aSubject } from '#test/factories/facts.js';
import { compile } from './compile.js';
import { decide } from './decide.js';

/**
 * "Who may open" of the domain, copied by hand and read by nothing else: neither the policy nor its cases can drift
 * from it unseen.
 */
const allActions =
  'open edit configure validate communicate export assign_client_group assign_manager activate deactivate'.split(' ');
const byPath: Record<Profile, Record<DossierStatus, string>> = {
  admin: {
    active: 'open edit configure validate communicate export assign_client_group assign_manager deactivate',
    inactive: 'open export activate',
    draft: 'open configure assign_manager activate',
  },
  collaborator: { active: 'open edit configure validate communicate export', inactive: '', draft: '' },
  support: { active: 'open validate', inactive: '', draft: '' },
};
const collaboratorAsManager: Record<DossierStatus, string> = {
  active: 'assign_manager',
  inactive: '',
  draft: 'open configure',
};

interface World {
  profile: Profile;
  active: boolean;
  status: DossierStatus;
  isPrivate: boolean;
  manager: boolean;
  guest: boolean;
  inGroup: boolean;
  excluded: 'no' | 'dossier' | 'group';
  onlyAdminsActivate: boolean;
}

const has = (words: string, word: string) => words.split(' ').includes(word);

function pathsInto({ profile, status, isPrivate, manager, guest, inGroup }: World): string[] {
  const paths: string[] = [];
  if (profile === 'admin' && !isPrivate) paths.push('admin');
  if (manager) paths.push('manager');
  if (guest) paths.push('guest');
  // Memberships of a dossier that is not active are dormant (rule 14).
  if (inGroup && !isPrivate && status === 'active') paths.push('client_group');
  return paths;
}

/** The paths that grant; `null` is a refusal. */
function expected(world: World, action: string): string[] | null {
  const { profile, active, status, isPrivate, manager, excluded, onlyAdminsActivate } = world;
  if (!active || excluded !== 'no') return null;
  const paths = pathsInto(world);
  if (has(byPath[profile][status], action)) return paths.length > 0 ? paths : null;
  if (profile !== 'collaborator') return null;
  if (has(collaboratorAsManager[status], action)) return manager ? ['manager'] : null;
  if (action !== 'activate' || status !== 'draft' || onlyAdminsActivate) return null;
  if (!isPrivate) return [];
  return manager ? ['manager'] : null;
}

function* worlds(): Generator<World> {
  const booleans = [true, false];
  for (const profile of profiles)
    for (const active of booleans)
      for (const status of dossierStatuses)
        for (const isPrivate of booleans)
          for (const manager of booleans)
            for (const guest of booleans)
              for (const inGroup of booleans)
                for (const excluded of ['no', 'dossier', 'group'] as const)
                  for (const onlyAdminsActivate of booleans)
                    yield { profile, active, status, isPrivate, manager, guest, inGroup, excluded, onlyAdminsActivate };
}

function factsOf(world: World) {
  const subject = aSubject({
    id: 'c1',
    profile: world.profile,
    status: world.active ? 'active' : 'inactive',
    clientGroups: world.inGroup ? ['other', 'g1'] : ['other'],
    collaboratorGroups: ['k1'],
    excludedClientGroups: world.excluded === 'group' ? ['g1'] : [],
  });
  const dossier = aResource({
    id: 'd1',
    status: world.status,
    private: world.isPrivate,
    clientGroup: 'g1',
    managers: world.manager ? ['someone', 'c1'] : ['someone'],
    guests: world.guest ? ['c1'] : [],
    excluded: world.excluded === 'dossier' ? ['c1'] : [],
  });
  const settings = {
    onlyAdminsActivate: world.onlyAdminsActivate,
    uniqueGroupNames: false,
    defaultClientGroup: null,
  };
  return { subject, dossier, settings };
}

const bundle = loadBundle('policies');
const policy = bundle.policies.get('dossier')!;

describe('the dossier policy', () => {
  it('has the actions of the domain', () => {
    expect([...policy.actions]).toEqual(allActions);
  });

  it('answers every cell of the table of the domain: profile, activation, path, private, setting, exclusion, action', () => {
    let asked = 0;
    for (const world of worlds()) {
      const { subject, dossier, settings } = factsOf(world);
      const ability = compile(policy, { subject, settings });
      for (const action of allActions) {
        const { allowed, paths } = decide(ability, action, dossier);
        const answer = { world, action, paths: allowed ? paths : null };
        expect(answer).toEqual({ world, action, paths: expected(world, action) });
        asked++;
      }
    }
    expect(asked).toBe(3 * 2 * 3 * 2 * 2 * 2 * 2 * 3 * 2 * 10);
  });

  it('opens a dossier without client group and manager to admins only (rule 6)', () => {
    for (const profile of profiles) {
      const { subject, dossier, settings } = factsOf({
        profile,
        active: true,
        status: 'active',
        isPrivate: false,
        manager: false,
        guest: false,
        inGroup: true,
        excluded: 'no',
        onlyAdminsActivate: true,
      });
      const alone = { ...dossier, clientGroup: null, managers: [] };
      expect(decide(compile(policy, { subject, settings }), 'open', alone).allowed).toBe(profile === 'admin');
    }
  });

  it('puts the integration of the office behind no exclusion, even of a collaborator with its name', () => {
    const { dossier, settings } = factsOf([...worlds()][0]!);
    const system = aSubject({ id: 'system', profile: 'system' });
    const ability = compile(policy, { subject: system, settings });
    for (const action of allActions) {
      expect(decide(ability, action, { ...dossier, private: true, excluded: ['system'] }).rule).toBe('office-system');
    }
  });
});

describe('the cases of the dossier policy', () => {
  it('show every cell of the table: profile, activation, private, path and action', () => {
    const { files } = readCases('policies', bundle);
    const shown = new Set<string>();
    for (const { who, what, action } of questionsOf(files.find(({ type }) => type === 'dossier')!)) {
      const dossier = what as unknown as DossierFacts;
      const paths = [
        ...(dossier.managers.includes(who.id) ? ['manager'] : []),
        ...(dossier.guests.includes(who.id) ? ['guest'] : []),
        ...(who.clientGroups.includes(dossier.clientGroup ?? '') ? ['group'] : []),
      ];
      for (const path of paths.length > 0 ? paths : ['none']) {
        shown.add([who.profile, dossier.status, dossier.private, path, action].join(' '));
      }
    }
    const cells = profiles.flatMap((profile) =>
      dossierStatuses.flatMap((status) =>
        [true, false].flatMap((isPrivate) =>
          ['none', 'manager', 'guest', 'group'].flatMap((path) =>
            allActions.map((action) => [profile, status, isPrivate, path, action].join(' ')),
          ),
        ),
      ),
    );
    expect(cells.filter((cell) => !shown.has(cell))).toEqual([]);
  });
});
