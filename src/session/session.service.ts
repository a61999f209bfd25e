import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import '#src/platform/auth/request.js';
import { problem } from '#src/platform/errors.js';
import { SessionStore } from './session-store.js';

/** What a browser is told about its session. */
@Injectable()
export class SessionService {
  constructor(private readonly store: SessionStore) {}

  /** @throws ProblemError `unauthenticated` for a caller who came with another credential: they have no session */
  async read({ session, headers }: Pick<FastifyRequest, 'session' | 'headers'>) {
    const token = this.store.tokenOf(headers.cookie);
    if (!session || token === undefined) throw problem('unauthenticated', {}, { internal: 'no session' });
    const { person, csrfToken, expiresAt, idleUntil } = session;
    return {
      person: { subject: person.subject, email: person.email ?? null },
      csrfToken,
      expiresAt: expiresAt.toISOString(),
      idleUntil: idleUntil.toISOString(),
      offices: await this.store.officesOf(token),
    };
  }
}
