/** As lists are sorted: by the last name. */
export function personName({
  firstName,
  lastName,
  email,
}: {
  firstName: string;
  lastName: string;
  email: string;
}): string {
  return `${lastName} ${firstName}`.trim() || email;
}
