import { useQuery } from '@tanstack/react-query';
import { ApiError } from '../api/api-error.js';
import { keepCsrfToken } from './csrf.js';

/** An office that the person works at, and who they are there. */
export interface SessionOffice {
  office: string;
  name: string;
  language: string;
  collaborator: {
    id: string;
    firstName: string;
    lastName: string;
    email: string;
    profile: string;
    language: string;
  };
}

/** `GET /v1/session` */
export interface Session {
  person: { subject: string; email: string };
  csrfToken: string;
  expiresAt: string;
  idleUntil: string;
  offices: SessionOffice[];
}

async function readSession(): Promise<Session> {
  const response = await fetch('/v1/session').catch((error: unknown) => {
    throw ApiError.unreachable(error);
  });
  if (!response.ok) throw await ApiError.of(response);
  const session = (await response.json()) as Session;
  keepCsrfToken(session.csrfToken);
  return session;
}

/** Who is signed in; an error with status 401 where nobody is. */
export function useSessionQuery() {
  return useQuery({ queryKey: ['session'], queryFn: readSession, staleTime: 60_000 });
}
