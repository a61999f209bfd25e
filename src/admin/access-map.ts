/** Who may open what, and where each dossier's communication goes, at one moment. */
export interface AccessMap {
  /** Dossiers by the collaborator who may open them. */
  opens: Map<string, Set<string>>;
  contacts: Map<string, string>;
  /** Dossiers that the actor of the write may know of. */
  visible: Set<string>;
}
