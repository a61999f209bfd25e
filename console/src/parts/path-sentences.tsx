import type { AccessPath } from '../api/explain.js';
import { useOfficeNames } from '../api/office-names.js';
import { useFormats } from '../i18n/formats.js';
import { useTexts } from '../i18n/texts.js';

/** Kinds of paths that the shipped policies know; another one is told by its name. */
const kinds = ['admin', 'manager', 'guest', 'client_group'];

/** Each way by which someone reaches a dossier, as a sentence. */
export function PathSentences({ paths }: { paths: readonly AccessPath[] }) {
  const sentence = usePathSentence();
  return (
    <ul>
      {paths.map((path) => (
        <li key={JSON.stringify(path)}>{sentence(path)}</li>
      ))}
    </ul>
  );
}

export function usePathSentence(): (path: AccessPath) => string {
  const t = useTexts('paths');
  const formats = useFormats();
  const names = useOfficeNames();
  return (path) => {
    const kind = path.collaboratorGroup ? 'collaborator_group' : kinds.includes(path.kind) ? path.kind : 'other';
    const how = t(`path.${kind}`, {
      kind: path.kind,
      clientGroup: path.clientGroup ? names.clientGroup(path.clientGroup) : '',
      collaboratorGroup: path.collaboratorGroup ? names.collaboratorGroup(path.collaboratorGroup) : '',
    });
    const since = path.since ? t('since', { date: formats.date(path.since), by: actorName(path.by) }) : '';
    const until = path.expiresAt ? t('until', { date: formats.dateTime(path.expiresAt) }) : '';
    return [how, since, until].filter(Boolean).join(' ');
  };

  function actorName(by: string | undefined): string {
    const id = by?.startsWith('collaborator:') ? by.slice('collaborator:'.length) : undefined;
    return id === undefined ? t('system') : names.collaborator(id);
  }
}
