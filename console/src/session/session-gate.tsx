import { Outlet } from 'react-router';
import { hasCode } from '../api/api-error.js';
import { useFollowPersonLanguage } from '../i18n/language-provider.js';
import { Loading, Trouble } from '../parts/states.js';
import { useSessionQuery } from './session.js';
import { SessionContext } from './session-context.js';

/** Lets the console through once it is known who looks at it. */
export function SessionGate() {
  const { data, error, refetch } = useSessionQuery();
  useFollowPersonLanguage(data?.offices[0]?.collaborator.language);
  if (data) {
    return (
      <SessionContext value={data}>
        <Outlet />
      </SessionContext>
    );
  }
  // Nobody is signed in: the page is about to go there.
  const isTrouble = error !== null && !hasCode(error, 'unauthenticated');
  return <main className="alone">{isTrouble ? <Trouble error={error} retry={refetch} /> : <Loading />}</main>;
}
