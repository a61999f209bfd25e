import { useOfficeAbility } from '../ability/use-office-ability.js';
import { Navigate, useParams } from 'react-router';
import { useTexts } from '../i18n/texts.js';
import { Empty } from '../parts/states.js';
import { pathIn } from '../paths.js';
import { screens } from '../screens.js';
import { useSession } from '../session/session-context.js';
import { lastOffice } from './last-office.js';

/** Goes to the office that was looked at last, and there to the first screen that is of use to the person. */
export function Start() {
  const { office } = useParams();
  return office === undefined ? <StartOffice /> : <StartScreen office={office} />;
}

function StartOffice() {
  const t = useTexts('shared');
  const { offices, person } = useSession();
  const last = lastOffice();
  const first = offices.find(({ office }) => office === last) ?? offices[0];
  if (first) return <Navigate to={pathIn(first.office)} replace />;
  return (
    <main className="alone">
      <Empty title={t('no_office', { email: person.email ?? person.subject })} />
    </main>
  );
}

function StartScreen({ office }: { office: string }) {
  const t = useTexts('shared');
  const ability = useOfficeAbility();
  const first = screens.find(({ link }) => link?.isFor(ability))?.link;
  return first ? <Navigate to={pathIn(office, first.path)} replace /> : <Empty title={t('nothing_for_you')} />;
}
