import pg from 'pg';
import type { Profile } from '#src/relations/vocabulary.js';

/** Someone whom a visitor of the demo may be. */
export interface DemoPerson {
  office: string;
  id: string;
  firstName: string;
  lastName: string;
  email: string;
  profile: Profile;
}

/** An office with its people, those who may do most first. */
export interface DemoOffice {
  id: string;
  name: string;
  people: DemoPerson[];
}

/** A page that lists more is none that anyone reads. */
const maxOffices = 50;
const maxPeople = 500;

const columns = `c.office, c.id, c.first_name "firstName", c.last_name "lastName", c.email, c.profile`;

/** The active collaborators of every office, read anew for each page: who is made in the console can sign in. */
export class DemoPeople {
  private readonly pool: pg.Pool;

  /** @param databaseUrl with the name of the owner: the page shows all offices */
  constructor(databaseUrl: string) {
    this.pool = new pg.Pool({ connectionString: databaseUrl, max: 1, idleTimeoutMillis: 1_000 });
    // A connection that breaks while idle is replaced by the next question.
    this.pool.on('error', () => undefined);
  }

  async offices(): Promise<DemoOffice[]> {
    const { rows: offices } = await this.pool.query<Omit<DemoOffice, 'people'>>(
      'select id, name from office order by created_at, id limit $1',
      [maxOffices],
    );
    const { rows: people } = await this.pool.query<DemoPerson>(
      `select ${columns} from unnest($1::text[]) o(id) cross join lateral (
         select * from collaborator c where c.office = o.id and c.status = 'active'
          order by array_position('{admin,collaborator,support}', c.profile), c.last_name, c.first_name, c.id limit $2) c`,
      [offices.map(({ id }) => id), maxPeople],
    );
    return offices.map((office) => ({ ...office, people: people.filter((person) => person.office === office.id) }));
  }

  async find(office: string, id: string): Promise<DemoPerson | undefined> {
    const { rows } = await this.pool.query<DemoPerson>(
      `select ${columns} from collaborator c where c.office = $1 and c.id = $2 and c.status = 'active'`,
      [office, id],
    );
    return rows[0];
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}
