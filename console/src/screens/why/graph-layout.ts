import type { AccessPath } from '../../api/explain.js';

/** What stands in a box of the graph. */
export interface GraphNode {
  key: string;
  kind: 'person' | 'profile' | 'collaborator_group' | 'client_group' | 'dossier';
  label: string;
  /** Centre of the box. */
  x: number;
  y: number;
}

/** An arrow from box to box; `label` says what it is where no box between them does. */
export interface GraphEdge {
  from: GraphNode;
  to: GraphNode;
  label: string | undefined;
}

export interface Graph {
  width: number;
  height: number;
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export const box = { width: 168, height: 48 };
const gap = { x: 28, y: 56 };
const margin = 12;

/** From top to bottom, so that one path fits a narrow page. */
const layers: readonly GraphNode['kind'][] = ['person', 'collaborator_group', 'client_group', 'dossier'];
const layerOf = (kind: GraphNode['kind']) => (kind === 'profile' ? 2 : layers.indexOf(kind));

export interface Names {
  person: string;
  dossier: string;
  clientGroup: (id: string) => string;
  collaboratorGroup: (id: string) => string;
  /** What an arrow or the box of a profile says: `manager`, `guest`, `admin`. */
  kind: (kind: string) => string;
}

type Step = Pick<GraphNode, 'key' | 'kind' | 'label'>;

/** The boxes and arrows of some paths: what two paths have in common stands once. Pure. */
export function layOut(paths: readonly AccessPath[], names: Names): Graph {
  const ways = paths.map((path) => stepsOf(path, names));
  const steps = new Map(ways.flatMap((way) => way.steps).map((step) => [step.key, step]));
  const rows = Map.groupBy(steps.values(), ({ kind }) => layerOf(kind));
  const widest = Math.max(...[...rows.values()].map((row) => row.length));
  const width = margin * 2 + widest * box.width + (widest - 1) * gap.x;
  const levels = [...rows.keys()].sort((a, b) => a - b);
  const nodes = new Map<string, GraphNode>();
  for (const [level, layer] of levels.entries()) {
    const row = rows.get(layer) ?? [];
    for (const [index, step] of row.entries()) {
      const x = (width * (index + 1)) / (row.length + 1);
      const y = margin + box.height / 2 + level * (box.height + gap.y);
      nodes.set(step.key, { ...step, x, y });
    }
  }
  const edges = ways.flatMap(({ steps: way, label }) =>
    way.slice(1).map((to, index) => ({ from: way[index]!.key, to: to.key, label })),
  );
  const once = new Map(edges.map((edge) => [`${edge.from} ${edge.to} ${edge.label}`, edge]));
  return {
    width,
    height: margin * 2 + levels.length * box.height + (levels.length - 1) * gap.y,
    nodes: [...nodes.values()],
    edges: [...once.values()].map(({ from, to, label }) => ({ from: nodes.get(from)!, to: nodes.get(to)!, label })),
  };
}

function stepsOf(path: AccessPath, names: Names): { steps: Step[]; label: string | undefined } {
  const steps: Step[] = [{ key: 'person', kind: 'person', label: names.person }];
  if (path.collaboratorGroup) {
    const label = names.collaboratorGroup(path.collaboratorGroup);
    steps.push({ key: `k ${path.collaboratorGroup}`, kind: 'collaborator_group', label });
  }
  if (path.clientGroup) {
    steps.push({ key: `g ${path.clientGroup}`, kind: 'client_group', label: names.clientGroup(path.clientGroup) });
  }
  const isDirect = path.kind === 'manager' || path.kind === 'guest';
  if (steps.length === 1 && !isDirect) {
    steps.push({ key: `p ${path.kind}`, kind: 'profile', label: names.kind(path.kind) });
  }
  steps.push({ key: 'dossier', kind: 'dossier', label: names.dossier });
  return { steps, label: isDirect ? names.kind(path.kind) : undefined };
}
