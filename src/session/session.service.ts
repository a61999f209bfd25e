import { Injectable } from '@nestjs/common';
import { sessionOf, type BrowserRequest } from './browser-request.js';
import { SessionStore } from './session-store.js';

/** What a browser is told about its session. */
@Injectable()
export class SessionService {
  constructor(private readonly store: SessionStore) {}

  /** @throws ProblemError `unauthenticated` for a caller without a session */
  async read(request: BrowserRequest) {
    const { session, token } = sessionOf(request, this.store);
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
