/** From `./fr/client-groups.json` to `client-groups`. */
export function byScreen(files: Record<string, object>): Record<string, object> {
  return Object.fromEntries(
    Object.entries(files).map(([path, texts]) => [path.replace(/^.*\/(.+)\.json$/, '$1'), texts]),
  );
}
