import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { AccessCache } from '#src/ability/access-cache.js';
import { AbilityService } from '#src/ability/ability.service.js';
import type { Question } from '#src/ability/question.js';
import type { Verdict } from '#src/ability/decide.js';
import type { Asked } from '#src/platform/ahead.js';
import type { KeyPrincipal } from '#src/platform/auth/principal.js';
import { negotiateLanguage } from '#src/platform/languages.js';
import { isStillGood, KnownKeys } from './known-keys.js';
import { maxQuestions } from './can-access.schema.js';
import { LaneWatch } from './lane-watch.js';
import { isPurpose } from './purpose.js';
import { Wording } from './wording.js';

const single = '/v1/offices/:office/can-access';
const batch = '/v1/offices/:office/can-access/batch';

/**
 * The way of nearly all checks: an API key that is known already and a plain question, answered ahead of Nest and
 * Fastify, which cost more than the decision. It gives the answers of `check.controller` and nothing else: whatever is
 * out of the ordinary (another kind of caller, an unknown member, a consistency, an error) goes on to the controller
 * as if this were not here.
 */
@Injectable()
export class FastLane {
  private readonly keys = new KnownKeys();
  private readonly wording: Wording;

  constructor(
    host: HttpAdapterHost,
    private readonly abilities: AbilityService,
    private readonly cache: AccessCache,
    private readonly watch: LaneWatch,
  ) {
    this.wording = new Wording(abilities);
    const instance = host.httpAdapter.getInstance<FastifyInstance>();
    const admit = (request: IncomingMessage) => this.keyOf(request);
    instance.ahead.route({ pattern: single, admit, answer: (...asked) => this.single(...asked) });
    instance.ahead.route({ pattern: batch, admit, answer: (...asked) => this.batch(...asked) });
    // Routes are made before modules are told that they are ready, so this cannot wait until then.
    instance.addHook('onRoute', (route) => {
      if (route.method !== 'POST' || (route.url !== single && route.url !== batch)) return;
      // A key that the guard has let through is known from then on.
      route.onResponse = (request, _reply, done) => {
        if (request.principal?.kind === 'key')
          this.keys.remember(request.headers.authorization ?? '', request.principal);
        done();
      };
    });
  }

  private async single(asked: Asked, office: string, body: unknown): Promise<string | undefined> {
    const question = questionOf(body);
    const now = question && (await this.cache.current(office, undefined));
    if (!question || !now || !isStillGood(asked.key, now)) return undefined;
    const language = negotiateLanguage(asked.request.headers['accept-language']);
    const known = this.abilities.verdictInCache(now, question);
    if (known) {
      const stamp = this.cache.stamp(now);
      this.watch.warm(asked, now, question, known, stamp);
      return this.wording.single(known, language, stamp);
    }
    const answers = await this.abilities.answer(now, [question]);
    this.watch.cold(asked, office, question, answers);
    return this.wording.single(answers.verdicts[0] as Verdict, language, answers);
  }

  private async batch(asked: Asked, office: string, body: unknown): Promise<string | undefined> {
    const questions = questionsOf(body);
    const now = questions && (await this.cache.current(office, undefined));
    if (!questions || !now || !isStillGood(asked.key, now)) return undefined;
    const answers = await this.abilities.answer(now, questions);
    this.watch.batch(asked, office, questions, answers);
    return this.wording.batch(answers.verdicts, answers);
  }

  /** Whoever acts for a collaborator may ask no more than that collaborator: the controller sees to it. */
  private keyOf({ headers, socket }: IncomingMessage): KeyPrincipal | undefined {
    if (headers['cardea-actor'] !== undefined || !isPurpose(headers['cardea-purpose'])) return undefined;
    const key = this.keys.find(headers.authorization, socket);
    return key?.scopes.includes('check') ? key : undefined;
  }
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
