import { createContext, useContext } from 'react';
import type { Session, SessionOffice } from './session.js';

export const SessionContext = createContext<Session | null>(null);
export const OfficeContext = createContext<SessionOffice | null>(null);

/** Who is signed in; below the session gate there is always someone. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error('useSession is for what stands below the session gate');
  return session;
}

/** The office that is looked at, and who the person is there. */
export function useOffice(): SessionOffice {
  const office = useContext(OfficeContext);
  if (!office) throw new Error('useOffice is for what stands below the layout of an office');
  return office;
}
