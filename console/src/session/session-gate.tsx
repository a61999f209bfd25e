import { useEffect } from 'react';
import { Outlet } from 'react-router';
import { ApiError } from '../api/api-error.js';
import { useFollowPersonLanguage } from '../i18n/language-provider.js';
import { Loading, Trouble } from '../parts/states.js';
import { useSessionQuery } from './session.js';
import { SessionContext } from './session-context.js';
import { signIn } from './sign-in.js';

/** Lets the console through once it is known who looks at it. */
export function SessionGate() {
  const { data, error, refetch } = useSessionQuery();
  const isNobody = error instanceof ApiError && error.status === 401;
  useEffect(() => {
    if (isNobody) signIn();
  }, [isNobody]);
  useFollowPersonLanguage(data?.offices[0]?.collaborator.language);
  if (data) {
    return (
      <SessionContext value={data}>
        <Outlet />
      </SessionContext>
    );
  }
  return <main className="alone">{error && !isNobody ? <Trouble error={error} retry={refetch} /> : <Loading />}</main>;
}
