import { useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.js';
import { useFormats } from '../i18n/formats.js';
import { useTexts } from '../i18n/texts.js';
import { useOffice } from '../session/session-context.js';
import styles from './recorded-changes.module.css';

interface State {
  relationships?: { tuple: string }[];
  [field: string]: unknown;
}

/** A change as the trail has it, and as a stale save is told of it. */
export interface RecordedChange {
  revision: string;
  actor: string;
  at: string;
  reason: string | null;
  before: State | null;
  after: State | null;
}

interface Props {
  changes: readonly RecordedChange[];
  /** The name of a thing, such as `collaborator:c1`, where it is known. */
  nameOf: (reference: string) => string;
}

/** Who changed what and when. */
export function RecordedChanges({ changes, nameOf }: Props) {
  const formats = useFormats();
  return (
    <ul className={styles.changes}>
      {changes.map((change) => (
        <li key={change.revision}>
          <strong>
            <Actor reference={change.actor} />
          </strong>
          {', '}
          <time dateTime={change.at}>{formats.dateTime(change.at)}</time>
          {change.reason && <q>{change.reason}</q>}
          <Differences change={change} nameOf={nameOf} />
        </li>
      ))}
    </ul>
  );
}

function Actor({ reference }: { reference: string }) {
  const t = useTexts('shared');
  const { office } = useOffice();
  const [type = '', id = ''] = splitReference(reference);
  const { data } = useQuery({
    queryKey: ['office', office, 'collaborators', 'name', id],
    queryFn: () => bodyOf(api.GET('/v1/offices/{office}/collaborators/{id}', { params: { path: { office, id } } })),
    enabled: type === 'collaborator',
  });
  if (type !== 'collaborator') return t('change.system');
  return data ? `${data.firstName} ${data.lastName}`.trim() || data.email : id;
}

function Differences({ change: { before, after }, nameOf }: { change: RecordedChange } & Pick<Props, 'nameOf'>) {
  const t = useTexts('shared');
  const fields = Object.keys({ ...before, ...after }).filter(
    (field) => field !== 'relationships' && before?.[field] !== after?.[field],
  );
  const had = new Set((before?.relationships ?? []).map(({ tuple }) => tuple));
  const has = new Set((after?.relationships ?? []).map(({ tuple }) => tuple));
  const shown = (tuples: Iterable<string>) => [...tuples].map((tuple) => nameOf(partnerOf(tuple))).join(', ');
  const added = [...has].filter((tuple) => !had.has(tuple));
  const removed = [...had].filter((tuple) => !has.has(tuple));
  return (
    <ul>
      {fields.map((field) => (
        <li key={field}>
          {t('change.field', { field, before: textOf(before?.[field]), after: textOf(after?.[field]) })}
        </li>
      ))}
      {added.length > 0 && <li>{t('change.added', { names: shown(added) })}</li>}
      {removed.length > 0 && <li>{t('change.removed', { names: shown(removed) })}</li>}
    </ul>
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function splitReference(reference: string): [type: string, id: string] {
  const at = reference.indexOf(':');
  return [reference.slice(0, at), reference.slice(at + 1)];
}

/** Of `client_group:g#collaborator@collaborator:c` the collaborator, of `dossier:d#client_group@client_group:g` the dossier. */
function partnerOf(tuple: string): string {
  // Ids may hold `@`, and no `#`.
  const [object = '', rest = ''] = tuple.split('#');
  const subject = rest.slice(rest.indexOf('@') + 1);
  return object.startsWith('dossier:') && subject.startsWith('client_group:') ? object : subject;
}
