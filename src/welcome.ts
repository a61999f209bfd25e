import type { INestApplication } from '@nestjs/common';
import { AbilityService } from '#src/ability/ability.service.js';
import { Importer } from '#src/admin/import/importer.js';
import { seedOffices } from '#src/admin/import/seed.js';
import { OfficesService } from '#src/admin/offices.service.js';
import { storePlatformKey } from '#src/platform/auth/key-store.js';
import { seedBootstrapKey } from '#src/platform/bootstrap.js';
import { Database } from '#src/platform/database.js';
import type { Settings } from '#src/platform/settings.js';
import { firstRow } from '#src/platform/sql.js';
import { ownWrite } from './own-write.js';

const demoFolder = 'examples/demo';
/** Where the first steps of a new user lead. */
const demoOffice = 'horta';

/**
 * Makes sure that there is a way in, and on the first start of the embedded default something to ask about;
 * and that the offices of `SEED_DIR` are there.
 *
 * @returns what to print once the address is known
 */
export async function welcome(app: INestApplication, settings: Settings): Promise<(url: string) => string> {
  const database = app.get(Database);
  const { bootstrapKey, dataDir, databaseUrl, seedDir } = settings;
  const isEmbedded = databaseUrl === undefined;
  const options = { bootstrapKey, isEmbedded, dataDir };
  const seeded = await seedBootstrapKey(options, (key) => storePlatformKey(database, key));
  if (isEmbedded && settings.demo && (await isEmpty(database))) {
    process.stdout.write('Loading three demo offices (DEMO=false starts empty) …\n');
    await seed(app, demoFolder);
  }
  if (seedDir !== undefined) await seed(app, seedDir);
  const examples = isEmbedded && seeded ? await findExamples(app) : undefined;
  return (url) => {
    const steps = examples && seeded ? firstSteps(url, seeded.key, examples) : '';
    const hint = seeded ? '' : '\nThere is no bootstrap key: set CARDEA_BOOTSTRAP_KEY to make one.';
    const signIn = settings.demoSignIn ? ' (pick anyone of the demo, no password)' : '';
    return `\nCardea listens on ${url}; the console is at ${url}/console${signIn}, the API is described at ${url}/docs${hint}\n${steps}`;
  };
}

async function isEmpty(database: Database): Promise<boolean> {
  return database.asOwner(async (em) => (await firstRow(em, 'select 1 from office limit 1')) === undefined);
}

function seed(app: INestApplication, folder: string): Promise<void> {
  const requestFor = (office: string) => ownWrite(office, 'bootstrap', `offices of ${folder}`);
  return seedOffices(folder, app.get(OfficesService), app.get(Importer), requestFor);
}

interface Examples {
  collaborator: string;
  allowed: string;
  denied: string;
  clientGroup: string;
}

/** Someone, a dossier that they may open, one that they may not, and the group of the first; nothing without the demo. */
async function findExamples(app: INestApplication): Promise<Examples | undefined> {
  const rows = await app.get(Database).inOffice(demoOffice, (em) =>
    firstRow<{ collaborator: string; client_group: string; dossiers: string[]; others: string[] }>(
      em,
      `select r.subject_id as collaborator, r.object_id as client_group,
              (select array_agg(d.object_id::text) from (select object_id from relationship where relation = 'client_group'
                 and office = $1 and subject_id = r.object_id order by object_id limit 50) d) as dossiers,
              (select array_agg(d.object_id::text) from (select object_id from relationship where relation = 'client_group'
                 and office = $1 and subject_id <> r.object_id order by object_id limit 50) d) as others
         from relationship r join collaborator c on c.office = r.office and c.id = r.subject_id and c.status = 'active'
        where r.office = $1 and r.object_type = 'client_group' and r.relation = 'collaborator'
        order by r.object_id, r.subject_id limit 1`,
      [demoOffice],
    ),
  );
  if (!rows?.dossiers || !rows.others) return undefined;
  const { collaborator, client_group: clientGroup } = rows;
  const ask = async (ids: string[]) => {
    const questions = ids.map((dossier) => ({ collaborator, dossier, action: 'open' }));
    const { verdicts } = await app.get(AbilityService).ask(demoOffice, questions, undefined);
    return (wanted: boolean) => ids.find((_, index) => verdicts[index]?.allowed === wanted);
  };
  const allowed = (await ask(rows.dossiers))(true);
  const denied = (await ask(rows.others))(false);
  return allowed && denied ? { collaborator, allowed, denied, clientGroup } : undefined;
}

function firstSteps(url: string, key: string, { collaborator, allowed, denied, clientGroup }: Examples): string {
  const office = `${url}/v1/offices/${demoOffice}`;
  const curl = `curl -s -H 'Authorization: Bearer ${key}'`;
  const check = (dossier: string) =>
    `${curl} -H 'Content-Type: application/json' \\\n  -d '{"collaborator":"${collaborator}","dossier":"${dossier}"}' ${office}/can-access`;
  return `
May this collaborator open this dossier? Allowed:
${check(allowed)}

Denied:
${check(denied)}

The dossiers of a client group, with everyone who can open each and why:
${curl} '${office}/dossiers?clientGroup=${clientGroup}&include=audience&limit=3'

`;
}
