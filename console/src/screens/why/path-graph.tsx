import { useId } from 'react';
import type { AccessPath } from '../../api/explain.js';
import { useOfficeNames } from '../../api/office-names.js';
import { useTexts } from '../../i18n/texts.js';
import { box, layOut, type GraphEdge, type GraphNode } from './graph-layout.js';
import styles from './why.module.css';

interface Props {
  paths: readonly AccessPath[];
  person: string;
  dossier: string;
}

const kinds = ['admin', 'manager', 'guest'];
/** Longest name that a box holds; the sentences beside the graph have the whole one. */
const maxLabelLength = 20;

/** The paths as a drawing. It says nothing that the sentences do not say, so a screen reader is told to read those. */
export function PathGraph({ paths, person, dossier }: Props) {
  const t = useTexts('why');
  const id = useId();
  const names = useOfficeNames();
  const graph = layOut(paths, {
    ...names,
    person,
    dossier,
    kind: (kind) => (kinds.includes(kind) ? t(`kind.${kind}`) : kind),
  });
  return (
    // Reached by Tab, so that the arrow keys scroll it where it is wider than the page.
    <div className={styles.scroller} role="group" tabIndex={0} aria-label={t('graph')}>
      <svg
        role="img"
        aria-label={t('graph_help', { person, dossier })}
        viewBox={`0 0 ${graph.width} ${graph.height}`}
        width={graph.width}
        height={graph.height}
        className={styles.graph}
      >
        <defs>
          <marker id={`${id}-arrow`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">
            <path d="M0 0l8 4-8 4z" className={styles.arrow} />
          </marker>
        </defs>
        {graph.edges.map((edge) => (
          <Edge key={`${edge.from.key} ${edge.to.key} ${edge.label}`} edge={edge} marker={`url(#${id}-arrow)`} />
        ))}
        {graph.nodes.map((node) => (
          <Box key={node.key} node={node} kind={t(`node.${node.kind}`)} />
        ))}
      </svg>
    </div>
  );
}

function Edge({ edge: { from, to, label }, marker }: { edge: GraphEdge; marker: string }) {
  const start = from.y + box.height / 2;
  const end = to.y - box.height / 2;
  const middle = (start + end) / 2;
  const d = `M${from.x} ${start}C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${end}`;
  return (
    <g>
      <path d={d} className={styles.edge} markerEnd={marker} />
      {label && (
        <text x={(from.x + to.x) / 2 + 6} y={middle + 4} className={styles.edgeLabel}>
          {label}
        </text>
      )}
    </g>
  );
}

function Box({ node: { x, y, label, kind: type }, kind }: { node: GraphNode; kind: string }) {
  const short = label.length > maxLabelLength ? `${label.slice(0, maxLabelLength - 1)}…` : label;
  return (
    <g>
      <rect
        x={x - box.width / 2}
        y={y - box.height / 2}
        width={box.width}
        height={box.height}
        rx="6"
        className={`${styles.box} ${type === 'person' || type === 'dossier' ? styles.end : ''}`}
      />
      <text x={x} y={y - 5} className={styles.boxKind}>
        {kind}
      </text>
      <text x={x} y={y + 14} className={styles.boxLabel}>
        {short}
      </text>
    </g>
  );
}
