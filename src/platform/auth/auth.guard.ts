import { type CanActivate, type ExecutionContext, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { problem } from '#src/platform/errors.js';
import { accessKey, type AccessRule } from './access.js';
import { actorOf } from './actor.js';
import { challenge } from './api-keys.js';
import { Authenticator } from './authenticator.js';
import { hasScope, type Principal } from './principal.js';
import { routesWithoutAccess } from './route-check.js';
import './request.js';

/** The global guard: who is asking, is the key of this office, and has it a scope for this route. */
@Injectable()
export class AuthGuard implements CanActivate, OnApplicationBootstrap {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
  ) {}

  /** A route that says nothing about its callers is a mistake: the service does not start with one. */
  onApplicationBootstrap(): void {
    const faults = routesWithoutAccess(this.discovery, this.scanner);
    if (faults.length > 0) throw new Error(`routes that the guard cannot protect:\n${faults.join('\n')}`);
  }

  /**
   * @throws ProblemError `unauthenticated`, `cross_site_request`, `csrf_token_missing`, `office_not_found`,
   *   `insufficient_scope` or `invalid_actor`
   */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const rule = Reflect.getMetadata(accessKey, context.getHandler()) as AccessRule | undefined;
    if (!rule) return false;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    request.access = rule.access;
    return rule.access === 'public' || this.#admit(request, rule, true);
  }

  async #admit(request: FastifyRequest, rule: AccessRule, renews: boolean): Promise<boolean> {
    const { principal, session } = await this.authenticator.authenticate(request, { renews });
    request.principal = principal;
    if (session) request.session = session;
    const { office } = request.params as { office?: string };
    refuseOtherOffices(principal, office, rule);
    if (!hasScope(principal, rule.any)) throw insufficientScope(rule);
    request.actor = actorOf(request.headers['cardea-actor'], principal);
    // An answer that goes on by itself is no sign of a person who is still there.
    request.stillAdmitted = () => this.#admit(request, rule, false);
    return true;
  }
}

/**
 * A key of an office sees no other office: the answer is the one for an office that does not exist, and comes before
 * the scope is looked at. What runs the service as a whole is for keys of the platform.
 */
function refuseOtherOffices(principal: Principal, office: string | undefined, rule: AccessRule): void {
  if (principal.kind !== 'key' || principal.office === null) return;
  if (office !== undefined && office !== principal.office) throw problem('office_not_found');
  if (office === undefined && rule.access === 'operate') throw insufficientScope(rule);
}

function insufficientScope({ any }: AccessRule): Error {
  const headers = challenge('error="insufficient_scope"', `scope="${any.join(' ')}"`);
  return problem('insufficient_scope', { scope: any.join(' / ') }, { headers });
}
