import { isRouteErrorResponse, Link, useRouteError } from 'react-router';
import { useTexts } from '../i18n/texts.js';
import { Empty, Trouble } from '../parts/states.js';
import { Page } from './page.js';

/** An address within an office that is none of the console's. */
export function NotFound() {
  const t = useTexts('shared');
  return (
    <Page title={t('not_found.title')}>
      <Empty title={t('not_found.text')} />
    </Page>
  );
}

/** An office that does not exist, or not for this person: the same words for both. */
export function OfficeNotFound() {
  const t = useTexts('shared');
  return (
    <Empty title={t('office_not_found')}>
      <Link to="/">{t('start')}</Link>
    </Empty>
  );
}

/** What nobody expected: the page stands, and can be loaded again. */
export function Crash() {
  const t = useTexts('shared');
  const error = useRouteError();
  if (isRouteErrorResponse(error)) return <Empty title={t('not_found.text')} />;
  return (
    <main className="alone">
      <Trouble error={error} retry={() => window.location.reload()} />
    </main>
  );
}
