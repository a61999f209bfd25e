import { useTexts } from '../i18n/texts.js';
import { Page } from '../layout/page.js';
import { Notice } from './notice.js';

/** A screen that is not for the person: they learn who can help, and nothing of what is on it. */
export function Refused({ title }: { title: string }) {
  const words = useTexts('errors');
  return (
    <Page title={title}>
      <Notice kind="warning" title={words('refused')}>
        <p>{words('next.ask_admin')}</p>
      </Notice>
    </Page>
  );
}
