import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, bodyOf } from '../api/client.js';
import type { components } from '../api/schema.js';
import { keepCsrfToken } from './csrf.js';

/** Who is signed in, and where they work. */
export type Session = components['schemas']['Session'];

/** An office that the person works at, and who they are there. */
export type SessionOffice = Session['offices'][number];

async function readSession(): Promise<Session> {
  const session = await bodyOf(api.GET('/v1/session'));
  keepCsrfToken(session.csrfToken);
  return session;
}

/** Who is signed in; without anybody, the client goes to sign in. */
export const sessionQuery = queryOptions({ queryKey: ['session'], queryFn: readSession, staleTime: 60_000 });

export function useSessionQuery() {
  return useQuery(sessionQuery);
}
