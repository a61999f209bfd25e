/**
 * How the attributes of a dossier that policies ask about are found in SQL, for a table `dossier d`. Tuples that have
 * ended count for nothing, as in the facts of a check. `?` gets an array of ids.
 */
const tupleInForce = (relation: string) =>
  `select 1 from relationship r where r.office = d.office and r.object_type = 'dossier' and r.object_id = d.id
     and r.relation = '${relation}' and (r.expires_at is null or r.expires_at > statement_timestamp())`;

const heldBy = (relation: string) => ({
  exists: `${tupleInForce(relation)} and r.subject_id = any(?)`,
  present: tupleInForce(relation),
});

export const dossierSqlFields = {
  id: { column: 'd.id' },
  status: { column: 'd.status' },
  private: { column: 'd.private' },
  clientGroup: heldBy('client_group'),
  managers: heldBy('manager'),
  guests: heldBy('guest'),
  excluded: heldBy('excluded'),
};
