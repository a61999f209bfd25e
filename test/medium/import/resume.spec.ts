import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ImportEvent } from '#src/admin/import/importer.js';
import { Importing, comparable, type Line } from '#test/support/importing.js';

/** Enough dossiers for several chunks. */
const dossiers = Array.from({ length: 2_500 }, (_, n) => `d${n}`);
const lines: Line[] = [
  { kind: 'collaborator', id: 'c1', email: 'c1@office.example', profile: 'admin' },
  { kind: 'client_group', id: 'g1', name: 'G' },
  ...dossiers.map((id): Line => ({ kind: 'dossier', id, name: id, status: 'active', private: id.endsWith('7') })),
  ...dossiers.map((id): Line => ({
    ...{ kind: 'relationship', object: `dossier:${id}`, relation: 'manager', subject: 'collaborator:c1' },
  })),
  ...dossiers.map((id): Line => ({
    ...{ kind: 'relationship', object: `dossier:${id}`, relation: 'client_group', subject: 'client_group:g1' },
  })),
  { kind: 'dossier', id: 'bad', name: '' },
  { kind: 'relationship', object: 'dossier:nowhere', relation: 'manager', subject: 'collaborator:c1' },
];

describe('an import with an Idempotency-Key', () => {
  let services: Importing;

  beforeAll(async () => {
    services = await Importing.open();
  });
  afterAll(() => services.close());

  const revisions = (office: string) =>
    services.rows<{ revision: string }>(office, 'select distinct revision from change where office = $1 order by 1');
  const content = async (office: string) => comparable(await services.export(office), { withTimes: false }).slice(1);

  /** Runs an import until the connections of the service are cut while its `chunk`th write is under way. */
  async function killedAt(chunk: number, office: string, idempotencyKey: string): Promise<unknown> {
    let seen = 0;
    try {
      for await (const _event of services.run(office, lines, { idempotencyKey })) {
        seen++;
        // Whatever is under way next is undone by PostgreSQL, as when the process or the server is killed.
        if (seen === chunk) void services.cutConnectionsAtWork();
      }
    } catch (error) {
      return error;
    }
    return undefined;
  }

  test('goes on where a crash in the middle of a chunk stopped it, and ends with the same office', async () => {
    const whole = await services.office('whole');
    const summary = await services.import(whole, lines);
    const office = await services.office('crashed');
    const error = await killedAt(3, office, 'import-1');
    expect(error).toMatchObject({ name: 'UnavailableError' });
    const before = await revisions(office);
    expect(await services.rows(office, 'select 1 from dossier where office = $1')).not.toHaveLength(dossiers.length);

    const again = await services.import(office, lines, { idempotencyKey: 'import-1' });
    expect(await content(office)).toEqual(await content(whole));
    expect({ ...again, revision: '' }).toEqual({ ...summary, revision: '' });
    // What was applied before was not applied again: the trail has each dossier once.
    expect((await revisions(office)).slice(0, before.length)).toEqual(before);
    const twice = `select key from change where office = $1 and key like 'dossier:%' group by key having count(*) > 1`;
    expect(await services.rows(office, twice)).toEqual([]);
  });

  test('stops after the chunk in flight when whoever asked has left, and goes on when sent again', async () => {
    const office = await services.office('left');
    for await (const event of services.run(office, lines, { idempotencyKey: 'import-2' })) {
      if ('progress' in event && event.progress.applied > 500) break;
    }
    const some = await services.rows(office, 'select 1 from dossier where office = $1');
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(dossiers.length);
    const { counts } = await services.import(office, lines, { idempotencyKey: 'import-2' });
    expect(counts).toMatchObject({ dossier: dossiers.length });
  });

  test('answers the same again, and changes nothing', async () => {
    const office = await services.office('repeated');
    const once = await services.import(office, lines, { idempotencyKey: 'import-3' });
    const before = await revisions(office);
    expect(await services.import(office, lines, { idempotencyKey: 'import-3' })).toEqual(once);
    expect(await revisions(office)).toEqual(before);
  });

  test('is refused with other lines before any of them is applied', async () => {
    const office = await services.office('reused');
    await services.import(office, lines, { idempotencyKey: 'import-4' });
    const other = [...lines.slice(0, -1), { kind: 'dossier', id: 'other', name: 'Other' }];
    const events: ImportEvent[] = [];
    const trial = async () => {
      for await (const event of services.run(office, other, { idempotencyKey: 'import-4' })) events.push(event);
    };
    await expect(trial()).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    expect(events).toEqual([]);
    expect(await services.rows(office, `select 1 from dossier where office = $1 and id = 'other'`)).toEqual([]);
  });

  test('may be as long as any', async () => {
    const office = await services.office('long-key');
    const idempotencyKey = 'k'.repeat(255);
    const once = await services.import(office, lines.slice(0, 3), { idempotencyKey });
    expect(await services.import(office, lines.slice(0, 3), { idempotencyKey })).toEqual(once);
  });
});

describe('an import without one', () => {
  let services: Importing;

  beforeAll(async () => {
    services = await Importing.open();
  });
  afterAll(() => services.close());

  test('can be sent again too: what is there is left as it is', async () => {
    const office = await services.office('plain');
    for await (const event of services.run(office, lines))
      if ('progress' in event && event.progress.applied > 500) break;
    expect((await services.import(office, lines)).counts).toMatchObject({ dossier: dossiers.length });
    const twice = `select key from change where office = $1 and key like 'dossier:%' group by key having count(*) > 1`;
    expect(await services.rows(office, twice)).toEqual([]);
  });

  test('gives its temporary file and its place back, however it ends', async () => {
    const office = await services.office('places');
    // More than may go on at once, one after another.
    for (let n = 0; n < 6; n++) {
      await expect(services.import(office, '{}', { dryRun: true })).rejects.toMatchObject({ code: 'no_dry_run' });
      await expect(services.import('nowhere', lines)).rejects.toMatchObject({ code: 'office_not_found' });
      for await (const _event of services.run(office, lines)) break;
    }
    const begun = Array.from({ length: 4 }, () => services.run(office, waiting()));
    const first = begun.map((events) => events.next());
    await expect(services.import(office, lines)).rejects.toMatchObject({ code: 'too_many_requests' });
    release();
    await Promise.all(first);
    await Promise.all(begun.map((events) => events.return(undefined)));
    expect((await services.import(office, [])).counts).toEqual({});
  });

  let release = () => undefined as void;
  const released = new Promise<void>((resolve) => (release = resolve));
  async function* waiting() {
    await released;
    yield Buffer.from('\n');
  }
});
