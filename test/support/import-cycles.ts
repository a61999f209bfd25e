/**
 * The cycles of a graph of imports, each once, as the files in the order in which one leads to the next, from the
 * first by name and back to it. It finds one cycle or more for every knot of files (not every cycle of a big knot),
 * so the list is empty exactly when there is none.
 */
export function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const cycles = new Map<string, string[]>();
  const finished = new Set<string>();
  const trail: string[] = [];
  const follow = (file: string): void => {
    const start = trail.indexOf(file);
    if (start >= 0) {
      const cycle = fromFirstName(trail.slice(start));
      cycles.set(cycle.join('\n'), cycle);
      return;
    }
    if (finished.has(file)) return;
    trail.push(file);
    for (const next of graph.get(file) ?? []) follow(next);
    trail.pop();
    finished.add(file);
  };
  for (const file of [...graph.keys()].sort()) follow(file);
  return [...cycles.keys()].sort().map((key) => cycles.get(key) ?? []);
}

function fromFirstName(cycle: readonly string[]): string[] {
  const first = cycle.indexOf([...cycle].sort()[0] ?? '');
  const turned = [...cycle.slice(first), ...cycle.slice(0, first)];
  return [...turned, ...turned.slice(0, 1)];
}
