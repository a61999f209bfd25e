import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Importing, type Line } from '#test/support/importing.js';

const header = 'dossier;name;code;enterpriseNumber;clientGroup;managers';
const people: Line[] = ['anne', 'bram', 'celine'].map((id) => ({
  ...{ kind: 'collaborator', id, email: `${id}@office.example` },
}));

/** A file as Excel writes it: with a byte order mark and the line ends of Windows. */
const excel = (...rows: string[]) => `\uFEFF${[header, ...rows].join('\r\n')}\r\n`;

describe('an import of a list made in Excel', () => {
  let services: Importing;

  beforeAll(async () => {
    services = await Importing.open();
  });
  afterAll(() => services.close());

  async function officeWithPeople(id: string): Promise<string> {
    const office = await services.office(id);
    await services.import(office, people);
    return office;
  }
  const list = (office: string, text: string | Buffer) => services.import(office, text, { format: 'csv' });
  const dossiers = (office: string) =>
    services.rows(
      office,
      `select d.id, d.name, d.code, d.enterprise_number, d.status, g.name as group,
              (select array_agg(m.subject_id::text order by m.is_primary desc, m.ordinal) from relationship m where m.office = d.office
                  and m.object_type = 'dossier' and m.object_id = d.id and m.relation = 'manager') managers
         from dossier d left join relationship r on r.office = d.office and r.object_type = 'dossier' and r.object_id = d.id
          and r.relation = 'client_group' left join client_group g on g.office = d.office and g.id = r.subject_id
        where d.office = $1 order by d.id`,
    );

  test('makes active dossiers with their groups and managers, accents, quotes and all', async () => {
    const office = await officeWithPeople('excel');
    const summary = await list(
      office,
      excel(
        'd1;Boulangerie Élégance SA;B001;0123.456.749;Général;anne@office.example bram@office.example',
        'd2;"Müller; ""Söhne"" & Co";;BE 0202 239 951;Général;BRAM@office.example',
        'd3;Ångström;;;Été;',
        ';;;;;',
        '',
      ),
    );
    expect(summary).toMatchObject({ refused: [], counts: { dossier: 3, client_group: 2, relationship: 6 } });
    expect(await dossiers(office)).toEqual([
      ...[{ id: 'd1', name: 'Boulangerie Élégance SA', code: 'B001', enterprise_number: '0123456749' }].map((row) => ({
        ...{ ...row, status: 'active', group: 'Général', managers: ['anne', 'bram'] },
      })),
      ...[{ id: 'd2', name: 'Müller; "Söhne" & Co', code: null, enterprise_number: '0202239951' }].map((row) => ({
        ...{ ...row, status: 'active', group: 'Général', managers: ['bram'] },
      })),
      ...[{ id: 'd3', name: 'Ångström', code: null, enterprise_number: null }].map((row) => ({
        ...{ ...row, status: 'active', group: 'Été', managers: null },
      })),
    ]);
  });

  test.each([
    ['commas, without a byte order mark', 'dossier,name,code,enterpriseNumber,clientGroup,managers\nd1,"A, B",,,,\n'],
    ['columns in another order and case', 'Name;DOSSIER;managers;clientgroup;code;enterpriseNumber;\nA, B;d1;;;;\n'],
    ['no line end after the last row', 'dossier;name;code;enterpriseNumber;clientGroup;managers\r\nd1;A, B'],
  ])('reads %s', async (what, text) => {
    const office = await services.office(`form-${what.replaceAll(/\W+/g, '-')}`);
    expect((await list(office, text)).refused).toEqual([]);
    expect(await dossiers(office)).toMatchObject([{ id: 'd1', name: 'A, B' }]);
  });

  test('finds groups by name ignoring case and accents, and makes each that is missing once', async () => {
    const office = await officeWithPeople('folded');
    await services.import(office, [{ kind: 'client_group', id: 'g1', name: 'Général' }]);
    const rows = [
      'd1;A;;;GENERAL;',
      'd2;B;;;général;',
      'd3;C;;;Sœurs;',
      'd4;D;;;SOEURS;',
      'd5;E;;;Straße;',
      'd6;F;;;strasse;',
    ];
    expect(await list(office, excel(...rows))).toMatchObject({ refused: [], counts: { client_group: 2 } });
    const names = (await dossiers(office)).map((row) => row.group);
    expect(names).toEqual(['Général', 'Général', 'Sœurs', 'Sœurs', 'Straße', 'Straße']);
    const ids = await services.rows<{ id: string }>(
      office,
      `select id from client_group where office = $1 and id <> 'g1'`,
    );
    for (const { id } of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);
  });

  test('does not choose among groups of one name, unless one is written just so', async () => {
    const office = await officeWithPeople('twins');
    await services.import(office, [
      { kind: 'client_group', id: 'g1', name: 'Général' },
      { kind: 'client_group', id: 'g2', name: 'General' },
    ]);
    const { refused } = await list(office, excel('d1;A;;;GENERAL;', 'd2;B;;;General;'));
    expect(refused).toMatchObject([{ line: 2, code: 'ambiguous_name' }]);
    expect(await dossiers(office)).toMatchObject([{ id: 'd2', group: 'General' }]);
  });

  test('refuses a row as a whole by its line: an unknown e-mail, a wrong number, a stray quote, too many cells', async () => {
    const office = await officeWithPeople('rows');
    const { refused, counts } = await list(
      office,
      excel(
        'd1;Kept;;;G1;anne@office.example',
        'd2;Nobody;;;G2;nobody@office.example anne@office.example',
        'd3;Wrong number;;0123.456.780;;',
        'd4;Stray "quote;;;;',
        'd5;"Never closed;;;;',
        'd6;Kept too;;;G1;bram@office.example',
        'd7;Too many;;;;;;x',
        'é;No id;;;;',
        ';No dossier;;;;',
        'd10;;;;;',
        'd11;Not an address;;;;anne',
      ),
    );
    expect(refused.map(({ line, code }) => [line, code])).toEqual([
      [3, 'unknown_reference'],
      [4, 'enterprise_number_invalid'],
      [5, 'malformed_csv'],
      [6, 'malformed_csv'],
      [8, 'malformed_csv'],
      [9, 'invalid_request'],
      [10, 'invalid_request'],
      [11, 'invalid_request'],
      [12, 'invalid_request'],
    ]);
    expect(refused[0]?.reason).toContain('nobody@office.example');
    expect(counts).toMatchObject({ dossier: 2 });
    expect(await dossiers(office)).toMatchObject([{ id: 'd1' }, { id: 'd6' }]);
  });

  test('changes nothing by an empty cell, and does not wake a dossier that was put to rest', async () => {
    const office = await officeWithPeople('empty-cells');
    await list(office, excel('d1;A;B001;0123.456.749;G1;anne@office.example'));
    await services.import(office, [{ kind: 'dossier', id: 'd1', status: 'inactive' }]);
    await list(office, excel('d1;Renamed;;;;'));
    expect(await dossiers(office)).toEqual([
      {
        ...{ id: 'd1', name: 'Renamed', code: 'B001', enterprise_number: '0123456749', status: 'inactive' },
        ...{ group: 'G1', managers: ['anne'] },
      },
    ]);
  });

  test.each([
    ['Windows-1252', Buffer.from(`${header}\r\nd1;Boulangerie \xC9l\xE9gance;;;;\r\n`, 'latin1'), 2],
    ['UTF-16', Buffer.from(`\uFEFF${header}\r\nd1;A;;;;\r\n`, 'utf16le'), 1],
  ])('does not guess at %s: nothing is imported, and the answer says what to do', async (encoding, bytes, line) => {
    const office = await services.office(`encoding-${encoding}`);
    await expect(list(office, bytes)).rejects.toMatchObject({ code: 'not_utf8', params: { line } });
    expect(await dossiers(office)).toEqual([]);
  });

  test.each([
    ['no line at all', ''],
    ['no header', 'd1;A;;;;\n'],
    ['an unknown column', `${header};private\nd1;A;;;;;\n`],
    ['a column twice', `${header};name\nd1;A;;;;;\n`],
    ['a column missing', 'dossier;name\nd1;A\n'],
  ])('needs its header: %s is refused as a whole', async (what, text) => {
    const office = await services.office(`header-${what.replaceAll(/\W+/g, '-')}`);
    await expect(list(office, text)).rejects.toMatchObject({ code: 'csv_header' });
  });

  test('keeps a text that Excel would run as a formula as the text that it is', async () => {
    const office = await services.office('formula');
    await list(office, excel('d1;=1+1;@x;;-Groupe;'));
    expect(await dossiers(office)).toMatchObject([{ name: '=1+1', code: '@x', group: '-Groupe' }]);
  });
});
