import type { Office } from '#src/relations/entities.js';

/** What an office's admins may set of it. */
export type OfficeFields = Pick<
  Office,
  | 'name'
  | 'email'
  | 'language'
  | 'onlyAdminsActivate'
  | 'uniqueGroupNames'
  | 'defaultClientGroup'
  | 'decisionLogDays'
  | 'policySet'
>;

/** The fields alone, as the trail tells them: those without a value are `null`, so that the past can be folded from it. */
export function officeFieldsOf(office: Office): OfficeFields {
  const { name, email, language, onlyAdminsActivate, uniqueGroupNames } = office;
  const { defaultClientGroup = null, decisionLogDays = null, policySet = null } = office;
  return {
    name,
    email,
    language,
    onlyAdminsActivate,
    uniqueGroupNames,
    defaultClientGroup,
    decisionLogDays,
    policySet,
  };
}
