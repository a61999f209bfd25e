/**
 * How the attributes of a dossier that policies ask about are found in SQL, for a table `dossier d`. Tuples that have
 * ended count for nothing, as in the facts of a check. `?` gets an array of ids. To be used in a transaction of one office.
 */
const tupleInForce = (relation: string) =>
  `select 1 from relationship r where r.office = d.office and r.object_type = 'dossier' and r.object_id = d.id
     and r.relation = '${relation}' and (r.expires_at is null or r.expires_at > asked_at())`;

// Nothing about the row: PostgreSQL looks it up once, and needs no more than the index by subject.
const idsHeldBy = (relation: string, subject: string) =>
  `select r.object_id from relationship r where r.office = current_setting('cardea.office', true)
     and r.subject_type = '${subject}' and r.subject_id = any(?) and r.relation = '${relation}' and r.object_type = 'dossier'`;

const heldBy = (relation: string, subject: string) => ({
  exists: `${tupleInForce(relation)} and r.subject_id = any(?)`,
  present: tupleInForce(relation),
  ids: idsHeldBy(relation, subject),
});

export const dossierSqlFields = {
  id: { column: 'd.id' },
  status: { column: 'd.status' },
  private: { column: 'd.private' },
  clientGroup: heldBy('client_group', 'client_group'),
  managers: heldBy('manager', 'collaborator'),
  guests: heldBy('guest', 'collaborator'),
  excluded: heldBy('excluded', 'collaborator'),
};
