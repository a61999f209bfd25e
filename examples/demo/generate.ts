/**
 * Makes the demo offices anew: `npm run examples`. Seeded, so the same files come out each time.
 *
 * - `horta.ndjson`: Fiduciaire Horta, Brussels: 60 people, 2,000 dossiers
 * - `schelde.ndjson`: Kantoor Schelde, Antwerp: 12 people, 150 dossiers
 * - `eupen.ndjson` and `eupen.csv`: Kanzlei Hohes Venn, Eupen: people by NDJSON, dossiers by the list that Excel writes
 */
import { writeFileSync } from 'node:fs';

type Line = Record<string, unknown>;

/** A small generator of even pseudo-random numbers (mulberry32): the files must not change from run to run. */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const firstNames = {
  fr: ['Amélie', 'Benoît', 'Chloé', 'Damien', 'Élise', 'François', 'Gaëlle', 'Hugo', 'Inès', 'Jérôme', 'Léa', 'Noémie'],
  nl: ['Anke', 'Bram', 'Charlotte', 'Dries', 'Eline', 'Femke', 'Geert', 'Hanne', 'Joris', 'Lotte', 'Pieter', 'Wout'],
  de: ['Anja', 'Björn', 'Elke', 'Jürgen', 'Käthe', 'Lukas', 'Günther', 'Sabine', 'Ulrich', 'Petra'],
};
const lastNames = {
  fr: ['Dubois', 'Lambert', 'Lefèvre', 'Martin', 'Noël', 'Renard', 'Simon', 'Thiry', 'Wauters', 'Delvaux'],
  nl: ['Claes', 'De Smet', 'Goossens', 'Jacobs', 'Maes', 'Peeters', 'Van Damme', 'Vermeulen', 'Willems', 'Aerts'],
  de: ['Brüll', 'Heinen', 'Keutgen', 'Niessen', 'Pauels', 'Schmitz', 'Völl', 'Zimmermann'],
};
const trades = {
  fr: ['Boulangerie', 'Garage', 'Pharmacie', 'Menuiserie', 'Brasserie', 'Librairie', 'Cabinet dentaire', 'Électricité'],
  nl: ['Bakkerij', 'Garage', 'Apotheek', 'Schrijnwerkerij', 'Brouwerij', 'Boekhandel', 'Tandartspraktijk', 'Dakwerken'],
  de: ['Bäckerei', 'Autohaus', 'Apotheke', 'Schreinerei', 'Brauerei', 'Buchhandlung', 'Zahnarztpraxis', 'Gärtnerei'],
};
const forms = { fr: ['SRL', 'SA', 'ASBL'], nl: ['BV', 'NV', 'VZW'], de: ['GmbH', 'AG', 'VoG'] };
const labels = ['tva', 'ipp', 'isoc', 'bilan', 'peppol', 'nouveau'];

type Language = keyof typeof firstNames;

interface OfficePlan {
  id: string;
  seed: number;
  language: Language;
  domain: string;
  name: string;
  people: number;
  dossiers: number;
  groups: readonly string[];
}

function ascii(text: string): string {
  return text
    .normalize('NFD')
    .replaceAll(/[^\p{ASCII}]/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z]+/g, '-');
}

/** Ten digits of which the last two are 97 minus the rest modulo 97. */
function enterpriseNumber(index: number): string {
  const base = 4_000_000 + index * 137;
  const digits = `${String(base).padStart(8, '0')}${String(97 - (base % 97)).padStart(2, '0')}`;
  return `${digits.slice(0, 4)}.${digits.slice(4, 7)}.${digits.slice(7)}`;
}

function makeOffice(plan: OfficePlan): Line[] {
  const random = seeded(plan.seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const { language, domain } = plan;
  const lines: Line[] = [];
  const tie = (object: string, relation: string, subject: string, more: Line = {}) =>
    lines.push({ kind: 'relationship', object, relation, subject, ...more });
  lines.push({ kind: 'office', name: plan.name, email: `info@${domain}`, language });

  const people = Array.from({ length: plan.people }, (_, n) => {
    const firstName = pick(firstNames[language]);
    const lastName = pick(lastNames[language]);
    const profile = n < 2 ? 'admin' : n % 12 === 5 ? 'support' : 'collaborator';
    const status = n > 8 && n % 17 === 0 ? 'inactive' : 'active';
    const id = `c${n + 1}`;
    lines.push({ kind: 'collaborator', id, email: `${ascii(firstName)}.${ascii(lastName)}.${n + 1}@${domain}`, firstName, lastName, profile, language, status });
    return { id, profile, status };
  });
  const working = people.filter((one) => one.profile === 'collaborator' && one.status === 'active');

  lines.push({ kind: 'collaborator_group', id: 'externes', name: 'Externes' }, { kind: 'collaborator_group', id: 'juniors', name: 'Juniors' });
  working.forEach(({ id }, n) => {
    if (n % 5 === 0) tie('collaborator_group:externes', 'member', `collaborator:${id}`, n % 10 === 0 ? { expiresAt: '2031-06-30T22:00:00Z' } : {});
    if (n % 4 === 1) tie('collaborator_group:juniors', 'member', `collaborator:${id}`);
  });
  plan.groups.forEach((name, n) => {
    const id = ascii(name);
    lines.push({ kind: 'client_group', id, name, email: n % 2 === 0 ? `${id}@${domain}` : null });
    working.filter((_, at) => at % plan.groups.length === n).forEach((one) => tie(`client_group:${id}`, 'collaborator', `collaborator:${one.id}`));
    if (n % 3 === 0) tie(`client_group:${id}`, 'collaborator_group', 'collaborator_group:externes');
    if (n % 3 === 1) tie(`client_group:${id}`, 'collaborator_group', 'collaborator_group:juniors');
  });

  for (let n = 1; n <= plan.dossiers; n++) {
    const id = `d${n}`;
    const status = n % 40 === 0 ? 'draft' : n % 23 === 0 ? 'inactive' : 'active';
    const isPrivate = n % 97 === 0 && status === 'active';
    const manager = pick(working).id;
    lines.push({
      kind: 'dossier',
      id,
      name: `${pick(trades[language])} ${pick(lastNames[language])} ${pick(forms[language])}`,
      code: `${plan.id.slice(0, 1).toUpperCase()}${String(n).padStart(4, '0')}`,
      enterpriseNumber: enterpriseNumber(plan.seed * 3_000 + n),
      status,
      private: isPrivate,
      labels: labels.filter(() => random() < 0.25),
      language,
      email: `client${n}@clients.${domain}`,
    });
    if (n % 9 !== 0 || isPrivate) tie(`dossier:${id}`, 'manager', `collaborator:${manager}`, { primary: true });
    if (status !== 'draft' && n % 11 !== 0) tie(`dossier:${id}`, 'client_group', `client_group:${ascii(pick(plan.groups))}`);
    if (n % 61 === 0) tie(`dossier:${id}`, 'guest', `collaborator:${pick(working).id}`, { expiresAt: '2030-12-31T23:00:00Z' });
    if (n % 211 === 0) tie(`dossier:${id}`, 'excluded', `collaborator:${pick(working).id}`);
  }
  return lines;
}

const horta = makeOffice({
  id: 'horta',
  seed: 1,
  language: 'fr',
  domain: 'horta.example',
  name: 'Fiduciaire Horta',
  people: 60,
  dossiers: 2_000,
  groups: ['Général', 'Bruxelles', 'Brabant wallon', 'Liège', 'Professions libérales', 'Horeca', 'ASBL'],
});
const schelde = makeOffice({
  id: 'schelde',
  seed: 2,
  language: 'nl',
  domain: 'schelde.example',
  name: 'Kantoor Schelde',
  people: 12,
  dossiers: 150,
  groups: ['Algemeen', 'Haven', 'Zelfstandigen'],
});
const eupen = makeOffice({
  id: 'eupen',
  seed: 3,
  language: 'de',
  domain: 'eupen.example',
  name: 'Kanzlei Hohes Venn',
  people: 8,
  dossiers: 0,
  groups: ['Allgemein', 'Eupen'],
});

/** The list of an office as Excel saves it: semicolons, CRLF, a byte order mark. Two groups in it do not exist yet. */
function excelList(): string {
  const random = seeded(4);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const emails = eupen.filter((line) => line['kind'] === 'collaborator' && line['status'] === 'active').map((line) => line['email'] as string);
  const rows = Array.from({ length: 60 }, (_, n) => {
    const name = `${pick(trades.de)} ${pick(lastNames.de)} ${pick(forms.de)}`;
    const group = pick(['Allgemein', 'Eupen', 'Sankt Vith', 'Büllingen', '']);
    const managers = n % 7 === 0 ? `${pick(emails)} ${pick(emails)}` : pick(emails);
    return [`e${n + 1}`, name.includes(';') ? `"${name}"` : name, `E${String(n + 1).padStart(3, '0')}`, enterpriseNumber(20_000 + n), group, managers];
  });
  const table = [['dossier', 'name', 'code', 'enterpriseNumber', 'clientGroup', 'managers'], ...rows];
  return `\uFEFF${table.map((row) => row.join(';')).join('\r\n')}\r\n`;
}

const folder = new URL('.', import.meta.url);
const asNdjson = (lines: readonly Line[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');
writeFileSync(new URL('horta.ndjson', folder), asNdjson(horta));
writeFileSync(new URL('schelde.ndjson', folder), asNdjson(schelde));
writeFileSync(new URL('eupen.ndjson', folder), asNdjson(eupen));
writeFileSync(new URL('eupen.csv', folder), excelList());
