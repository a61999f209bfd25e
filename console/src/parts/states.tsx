import type { ReactNode } from 'react';
import { ApiError } from '../api/api-error.js';
import { useTexts } from '../i18n/texts.js';
import { Button } from './button.js';
import { Notice } from './notice.js';
import notice from './notice.module.css';
import styles from './states.module.css';

export function Loading() {
  const t = useTexts('shared');
  return (
    <div role="status" className={styles.loading}>
      <span className={styles.turning} aria-hidden="true" />
      {t('loading')}
    </div>
  );
}

/** There is nothing to show, and what one can do about it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.emptyTitle}>{title}</p>
      {children}
    </div>
  );
}

/** The steps after an error that are worded in `errors.json`; for other codes it is the status that says. */
const steps: Readonly<Record<string, string>> = {
  unreachable: 'connection',
  unauthenticated: 'sign_in',
  csrf_token_missing: 'reload',
  forbidden: 'ask_admin',
  not_found: 'gone',
  stale_version: 'review',
  conflict: 'review',
  invalid_request: 'correct',
};

function stepOf({ code, status }: ApiError): string {
  const known = steps[code];
  if (known) return known;
  if (status === 409 || status === 412) return 'review';
  if (status === 400 || status === 422) return 'correct';
  if (status === 429 || status === 503) return 'wait';
  return 'report';
}

interface TroubleProps {
  error: unknown;
  /** Where trying again makes sense. */
  retry?: (() => unknown) | undefined;
  title?: string;
}

/** An error: what it is about, in the service's words, and the next step. */
export function Trouble({ error, retry, title }: TroubleProps) {
  const t = useTexts('shared');
  const words = useTexts('errors');
  const answer = error instanceof ApiError ? error : undefined;
  const step = answer ? stepOf(answer) : 'report';
  const refused = step === 'ask_admin' || step === 'gone';
  return (
    <Notice
      kind={refused ? 'warning' : 'danger'}
      announce="alert"
      title={title ?? (answer?.problem.title || words('title'))}
      actions={retry && !refused && <Button onPress={() => void retry()}>{t('retry')}</Button>}
    >
      {answer?.problem.detail && <p>{answer.problem.detail}</p>}
      {answer?.problem.errors && (
        <ul>
          {answer.problem.errors.map(({ path, message }) => (
            <li key={path + message}>{message}</li>
          ))}
        </ul>
      )}
      <p>{words(`next.${step}`)}</p>
      {step === 'report' && answer?.problem.requestId && (
        <p className={notice.reference}>{words('reference', { id: answer.problem.requestId })}</p>
      )}
    </Notice>
  );
}

/** What a query is at: loading, in trouble, empty or there. Data that is there stays while it is asked for again. */
export function QueryStates<Data>({
  query,
  empty,
  children,
}: {
  query: { data: Data | undefined; error: unknown; refetch: () => unknown };
  /** What to show instead of data that has nothing in it. */
  empty?: { when: (data: Data) => boolean; show: ReactNode };
  children: (data: Data) => ReactNode;
}) {
  if (query.data === undefined)
    return query.error ? <Trouble error={query.error} retry={query.refetch} /> : <Loading />;
  return (
    <>
      {query.error ? <Trouble error={query.error} retry={query.refetch} /> : null}
      {empty?.when(query.data) ? empty.show : children(query.data)}
    </>
  );
}
