import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AccessCache } from '#src/ability/access-cache.js';
import { AbilityService } from '#src/ability/ability.service.js';
import { CacheMetrics } from '#src/ability/cache-metrics.js';
import type { Question } from '#src/ability/question.js';
import type { Verdict } from '#src/ability/decide.js';
import { SelfAudit } from '#src/ability/self-audit.js';
import { commonHeaders } from '#src/platform/http.js';
import { negotiateLanguage } from '#src/platform/languages.js';
import { isStillGood, KnownKeys } from './known-keys.js';
import { maxQuestions } from './can-access.schema.js';
import { Wording } from './wording.js';

const single = '/v1/offices/:office/can-access';
const batch = '/v1/offices/:office/can-access/batch';

/**
 * The way of nearly all checks: an API key that is known already and a plain question, answered before Nest's guards,
 * pipes and interceptors are set in motion, which cost more than the decision. It gives the answers of
 * `check.controller` and nothing else: whatever is out of the ordinary (another kind of caller, an unknown member, a
 * consistency, an error) goes on to the controller as if this were not here.
 */
@Injectable()
export class FastLane {
  readonly keys = new KnownKeys();
  private readonly wording: Wording;

  constructor(
    host: HttpAdapterHost,
    private readonly abilities: AbilityService,
    private readonly cache: AccessCache,
    private readonly metrics: CacheMetrics,
    private readonly audit: SelfAudit,
  ) {
    this.wording = new Wording(abilities);
    // Routes are made before modules are told that they are ready, so this cannot wait until then.
    const instance = host.httpAdapter.getInstance<FastifyInstance>();
    instance.addHook('onRoute', (route) => {
      if (route.method !== 'POST') return;
      if (route.url !== single && route.url !== batch) return;
      const isSingle = route.url === single;
      route.preHandler = (request, reply) => (isSingle ? this.single(request, reply) : this.batch(request, reply));
      // A key that the guard has let through is known from then on.
      route.onResponse = (request, _reply, done) => {
        if (request.principal?.kind === 'key')
          this.keys.remember(request.headers.authorization ?? '', request.principal);
        done();
      };
    });
  }

  private async single(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const question = questionOf(request.body);
    const key = question && this.keyOf(request);
    if (!question || !key?.scopes.includes('check')) return;
    const { office } = request.params as { office: string };
    const now = await this.cache.current(office, undefined);
    if (!isStillGood(key, now)) return;
    const language = negotiateLanguage(request.headers['accept-language']);
    const known = this.abilities.verdictInCache(now, question);
    if (known) {
      this.audit.sample(now, question, known, now.state.applied);
      this.metrics.checked(known.allowed, true, reply.elapsedTime / 1_000);
      return send(request, reply, this.wording.single(known, language, this.cache.stamp(now)));
    }
    const answers = await this.abilities.answer(now, [question]);
    const verdict = answers.verdicts[0] as Verdict;
    this.metrics.checked(verdict.allowed, false, reply.elapsedTime / 1_000);
    return send(request, reply, this.wording.single(verdict, language, answers));
  }

  private async batch(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const questions = questionsOf(request.body);
    const key = questions && this.keyOf(request);
    if (!questions || !key?.scopes.includes('check')) return;
    const { office } = request.params as { office: string };
    const now = await this.cache.current(office, undefined);
    if (!isStillGood(key, now)) return;
    const { verdicts, ...stamp } = await this.abilities.answer(now, questions);
    return send(request, reply, this.wording.batch(verdicts, stamp));
  }

  /** Whoever acts for a collaborator may ask no more than that collaborator: the controller sees to it. */
  private keyOf({ headers, raw }: FastifyRequest) {
    return headers['cardea-actor'] === undefined ? this.keys.find(headers.authorization, raw.socket) : undefined;
  }
}

/** Past Fastify's serializers and hooks, which have nothing to do for a text that is ready. */
function send(request: FastifyRequest, reply: FastifyReply, text: string): void {
  // For the access log, which writes checks at level debug only.
  request.access = 'check';
  reply.hijack();
  const length = Buffer.byteLength(text);
  const type = 'application/json; charset=utf-8';
  reply.raw.writeHead(200, { 'content-type': type, 'content-length': length, ...commonHeaders(request.id) });
  reply.raw.end(text);
}

function questionOf(body: unknown): Question | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { collaborator, dossier, action = 'open' } = body as Partial<Question>;
  if (
    Object.keys(body).length !== ('action' in body ? 3 : 2) ||
    !isText(collaborator) ||
    !isText(dossier) ||
    !isText(action)
  )
    return undefined;
  return { collaborator, dossier, action };
}

function questionsOf(body: unknown): Question[] | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { checks } = body as { checks?: unknown };
  if (!Array.isArray(checks) || checks.length > maxQuestions || Object.keys(body).length !== 1) return undefined;
  const questions: Question[] = [];
  for (const check of checks) {
    const question = questionOf(check);
    if (!question) return undefined;
    questions.push(question);
  }
  return questions;
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 1_000;
}
