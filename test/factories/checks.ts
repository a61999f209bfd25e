/** The body of `POST /v1/offices/{office}/can-access`, and one member of a batch. */
export interface CheckBody {
  collaborator: string;
  dossier: string;
  action?: string;
}

/** "May this collaborator do this to this dossier?", `open` where no action is given. */
export function aCheck(collaborator: string, dossier: string, action?: string): CheckBody {
  return action === undefined ? { collaborator, dossier } : { collaborator, dossier, action };
}
