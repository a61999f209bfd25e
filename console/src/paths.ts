/** The address of something in an office, for links and navigation: ids are encoded, for they hold slashes and worse. */
export function pathIn(office: string, ...parts: readonly string[]): string {
  return `/${[office, ...parts].map(encodeURIComponent).join('/')}`;
}
