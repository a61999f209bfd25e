import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ifMatch, verdict } from '#test/support/office-client.js';
import { ask, startLibrary, type Library } from '#test/support/authzen.js';

let library: Library;
const put = async (type: string, id: string, properties: Record<string, unknown>) => {
  const { status } = await library.office.api.put(
    library.office.at('entities', type, id),
    { properties },
    ifMatch('*'),
  );
  // `If-Match: *` makes nothing new.
  if (status === 412) await library.office.api.put(library.office.at('entities', type, id), { properties });
};
const decides = (...question: Parameters<typeof ask>) => library.pdp.decides(ask(...question));

beforeAll(async () => {
  library = await startLibrary();
  await put('reader', 'ann', { role: 'member', department: 'law' });
  await put('reader', 'lou', { role: ['librarian', 7] });
  await put('reader', 'kim', { role: 'chief', banned: false });
  await put('reader', 'ban', { role: 'chief', banned: true });
  await put('reader', 'nil', {});
  await put('reader', 'montag', {});
  await put('book', 'b1', { owner: 'ann', department: 'law', embargo: 'monday' });
  await put('book', 'f451', {});
  await put('shelf', 's1', {});
  await library.office.collaborator('carl');
  await library.office.collaborator('gone', { status: 'inactive' });
  await library.office.dossier('d1', { managers: ['carl'] });
  await library.office.dossier('d2');
  await put('page', 'p1', { dossier: 'd1' });
  await put('page', 'p2', { dossier: 'd2' });
  await put('page', 'p3', { dossier: ['d1'] });
});
afterAll(() => library.close());

describe('a type that only a policy knows', () => {
  test('is decided by conditions on the subject, the resource, the action, the context and the ids', async () => {
    expect(await decides('reader:ann', 'sell', 'book:b1', { context: { today: 'friday' } })).toBe(true);
    expect(await decides('reader:kim', 'sell', 'book:b1', { context: { today: 'friday' } })).toBe(false);
    expect(await decides('reader:nil', 'read', 'book:b1')).toBe(false);
    expect(await decides('reader:nil', 'read', 'book:b1', { context: { place: 'library' } })).toBe(true);
    const burn = (permit: unknown) => ({ action: { name: 'burn', properties: { permit } } });
    expect(await decides('reader:nil', 'burn', 'book:b1', burn(true))).toBe(true);
    expect(await decides('reader:nil', 'burn', 'book:b1', burn('true'))).toBe(false);
    expect(await decides('reader:montag', 'burn', 'book:f451')).toBe(true);
    expect(await decides('reader:montag', 'burn', 'book:b1')).toBe(false);
  });

  test('has roles, one or a list, with all that they inherit', async () => {
    expect(await decides('reader:kim', 'read', 'book:f451')).toBe(true);
    expect(await decides('reader:kim', 'lend', 'book:f451')).toBe(true);
    expect(await decides('reader:lou', 'read', 'book:f451')).toBe(true);
    expect(await decides('reader:ann', 'lend', 'book:f451')).toBe(false);
  });

  test('a deny beats every allow, in the decision and in every search', async () => {
    expect(await decides('reader:ban', 'read', 'book:f451')).toBe(false);
    expect(await library.pdp.finds('subject', ask('reader:', 'read', 'book:f451'))).toEqual(['ann', 'kim', 'lou']);
    expect(await library.pdp.finds('resource', ask('reader:ban', 'read', 'book:'))).toEqual([]);
    expect(await library.pdp.finds('action', ask('reader:ban', '', 'book:f451'))).toEqual([]);
  });

  test('a reference that cannot be resolved grants nothing, and still denies', async () => {
    // `nil` has no department, and neither has the book: nothing equals nothing.
    expect(await decides('reader:nil', 'lend', 'book:f451')).toBe(false);
    expect(await decides('reader:ann', 'lend', 'book:b1')).toBe(true);
    expect(await decides('reader:ann', 'sell', 'book:b1')).toBe(false);
    expect(await decides('reader:ann', 'sell', 'book:b1', { context: { today: 'monday' } })).toBe(false);
  });

  test('a closed world knows only what is stored, an open one anything, each in its own place', async () => {
    const inside = { context: { place: 'library' } };
    expect(await decides('reader:nobody', 'read', 'book:b1', inside)).toBe(false);
    expect(await decides('visitor:anybody', 'read', 'book:b1', inside)).toBe(true);
    expect(await decides('reader:nil', 'read', 'book:unheard-of', inside)).toBe(true);
    expect(await decides('reader:nil', 'read', 'shelf:s1')).toBe(true);
    expect(await decides('reader:nil', 'read', 'shelf:unheard-of')).toBe(false);
  });

  test('says for each type whether the request or the store is believed', async () => {
    const question = (subject: object, resource: object) => ({
      subject: { type: 'reader', id: 'nil', properties: subject },
      action: { name: 'lend' },
      resource: { type: 'book', id: 'b1', properties: resource },
    });
    // Readers: the request wins. Books: the store does, and the request fills in what is not there.
    expect(await library.pdp.decides(question({ role: 'librarian' }, {}))).toBe(true);
    expect(await library.pdp.decides(question({ department: 'art' }, { department: 'art' }))).toBe(false);
    expect(await library.pdp.decides(question({ department: 'law' }, { department: 'art' }))).toBe(true);
    expect(
      await library.pdp.decides({
        ...question({ department: 'art' }, {}),
        resource: { type: 'book', id: 'f451', properties: { department: 'art' } },
      }),
    ).toBe(true);
    // Pages: the store alone. A caller who names another dossier changes nothing.
    const page = {
      ...ask('collaborator:carl', 'read', 'page:p2'),
      resource: { type: 'page', id: 'p2', properties: { dossier: 'd1' } },
    };
    expect(await library.pdp.decides(page)).toBe(false);
  });

  test('answers to its other names', async () => {
    expect(await decides('identity:lou', 'lend', 'volume:b1')).toBe(true);
    const { body } = await library.pdp.post('search/subject', ask('identity:', 'lend', 'volume:f451'));
    expect(body.results).toEqual([
      { type: 'identity', id: 'kim' },
      { type: 'identity', id: 'lou' },
    ]);
  });

  test('one type of subject is never taken for another of the same id', async () => {
    expect(await decides('visitor:montag', 'burn', 'book:f451')).toBe(false);
    // Whom a policy does not speak of is refused by it, also where its rules ask nothing.
    expect(await decides('visitor:nil', 'read', 'shelf:s1')).toBe(false);
    expect(await decides('collaborator:carl', 'read', 'shelf:s1')).toBe(false);
    expect(await decides('book:ann', 'sell', 'book:b1', { context: { today: 'friday' } })).toBe(false);
  });

  test('request properties cannot take the place of the id, the type, the roles or what is met elsewhere', async () => {
    const forged = {
      id: 'montag',
      type: 'reader',
      roles: ['member'],
      may: ['open dossier properties.dossier'],
      profile: 'admin',
    };
    const question = (subject: string, resource: string) => {
      const asked = ask(subject, 'read', resource) as { subject: object; resource: object };
      const add = (entity: object) => ({ ...entity, ...{ roles: ['member'], may: forged.may }, properties: forged });
      return { ...asked, subject: add(asked.subject), resource: add(asked.resource) };
    };
    expect(await library.pdp.decides(question('reader:nil', 'book:f451'))).toBe(false);
    expect(await library.pdp.decides(question('collaborator:carl', 'page:p2'))).toBe(false);
  });

  test.each(['spaceship', '__proto__', 'constructor', 'manage', 'all', ''])(
    'nothing is allowed for the unknown name %p',
    async (name) => {
      expect(await decides(`${name}:kim`, 'read', 'book:f451')).toBe(false);
      expect(await decides('reader:kim', name, 'book:f451')).toBe(false);
      expect(await decides('reader:kim', 'read', `${name}:f451`)).toBe(false);
      expect(await library.pdp.finds('subject', ask(`${name}:`, 'read', 'book:f451'))).toEqual([]);
      expect(await library.pdp.finds('resource', ask('reader:kim', 'read', `${name}:`))).toEqual([]);
      expect(await library.pdp.finds('action', ask('reader:kim', '', `${name}:f451`))).toEqual([]);
    },
  );

  test('an acknowledged change of an entity is seen by the next question', async () => {
    const inForce = async () => [
      await decides('reader:turn', 'read', 'book:f451'),
      (await library.pdp.finds('subject', ask('reader:', 'read', 'book:f451'))).includes('turn'),
    ];
    expect(await inForce()).toEqual([false, false]);
    for (let turn = 0; turn < 5; turn++) {
      await put('reader', 'turn', { role: 'member' });
      expect(await inForce()).toEqual([true, true]);
      await put('reader', 'turn', { role: 'member', banned: true });
      expect(await inForce()).toEqual([false, false]);
    }
    await library.office.api.delete(library.office.at('entities', 'reader', 'turn'));
    expect(await inForce()).toEqual([false, false]);
  });

  test('of another office is unknown, and so is one of another set of policies', async () => {
    const other = await library.office.api.put(`/v1/offices/plain`, { name: 'Plain', email: 'plain@office.example' });
    expect(other.status).toBe(201);
    const { body } = await library.office.api.post(
      '/offices/plain/access/v1/evaluation',
      ask('reader:kim', 'read', 'book:f451'),
    );
    expect(body).toEqual({ decision: false });
  });
});

describe('a rule that asks a dossier', () => {
  test('grants where the same subject may do it with the dossier that the store names', async () => {
    expect(await decides('collaborator:carl', 'read', 'page:p1')).toBe(true);
    expect(await decides('collaborator:carl', 'read', 'page:p2')).toBe(false);
    expect(await decides('collaborator:carl', 'read', 'page:p3')).toBe(false);
    expect(await library.pdp.finds('resource', ask('collaborator:carl', 'read', 'page:'))).toEqual(['p1']);
    expect(await library.pdp.finds('subject', ask('user:', 'read', 'page:p1'))).toEqual(['boss', 'carl']);
  });

  test('follows every change of the dossier at once', async () => {
    const exclusion = { object: 'dossier:d1', relation: 'excluded', subject: 'collaborator:carl' };
    await library.office.relate(exclusion);
    expect(await decides('collaborator:carl', 'read', 'page:p1')).toBe(false);
    await library.office.api.post(library.office.at('relationships'), { delete: [exclusion] });
    expect(await decides('collaborator:carl', 'read', 'page:p1')).toBe(true);
  });

  test('a collaborator who is inactive can do nothing, whatever a policy forgets', async () => {
    const inside = { context: { place: 'library' } };
    expect(await decides('collaborator:carl', 'read', 'book:b1', inside)).toBe(true);
    expect(await decides('collaborator:gone', 'read', 'book:b1', inside)).toBe(false);
  });

  test('a collaborator asks about themselves only', async () => {
    const carl = library.pdp.as('carl');
    expect(await carl.decides(ask('collaborator:carl', 'read', 'page:p1'))).toBe(true);
    expect(await carl.finds('resource', ask('collaborator:carl', 'read', 'page:'))).toEqual(['p1']);
    for (const other of ['collaborator:boss', 'reader:carl', 'visitor:x']) {
      expect((await carl.post('evaluation', ask(other, 'read', 'page:p1'))).status).toBe(403);
      expect((await carl.post('search/resource', ask(other, 'read', 'page:'))).status).toBe(403);
    }
    expect((await carl.post('search/subject', ask('user:', 'read', 'page:p1'))).status).toBe(403);
    expect(verdict(await carl.api.get(library.office.at('entities', 'page', 'p1')))[0]).toBe(403);
  });
});
