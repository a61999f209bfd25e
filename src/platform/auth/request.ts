import type { Access } from './access.js';
import type { Principal } from './principal.js';
import type { Session } from './session.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who the request comes from; set by the guard on every route that is not public. */
    principal?: Principal;
    /** The session whose cookie the request came with, where that is what admitted it. */
    session?: Session;
    /** The collaborator that an API key acts for (`Cardea-Actor`), its form checked, its existence not. */
    actor?: string;
    /**
     * Asks again whether the caller may use the route: for answers that go on for long, as a key must not work a moment
     * after it was revoked. Throws as the guard does.
     */
    stillAdmitted?: () => Promise<unknown>;
    /** What the route is for; set by the guard, read by the access log. */
    access?: Access;
  }
}
