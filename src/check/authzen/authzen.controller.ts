import { Body, Controller, Post } from '@nestjs/common';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { Asking } from '#src/check/asking.js';
import type { Asker } from '#src/check/check.service.js';
import { PurposeHeader } from '#src/check/purpose.js';
import { AuthzenEvaluations } from './authzen-evaluations.service.js';
import { AuthzenSearches } from './authzen-searches.service.js';
import {
  actionSearchSchema,
  actionsFoundSchema,
  decisionSchema,
  entitiesFoundSchema,
  evaluationsAnswerSchema,
  evaluationSchema,
  evaluationsSchema,
  resourceSearchSchema,
  subjectSearchSchema,
  type ActionSearch,
  type Evaluation,
  type EvaluationsRequest,
  type ResourceSearch,
  type SubjectSearch,
} from './authzen.schema.js';

/** The OpenID AuthZEN Authorization API 1.0, one decision point for each office. */
@Controller('offices/:office/access/v1')
export class AuthzenController {
  constructor(
    private readonly evaluator: AuthzenEvaluations,
    private readonly searches: AuthzenSearches,
  ) {}

  @Post('evaluation')
  @PurposeHeader()
  @Access('check')
  @Answers(200, decisionSchema)
  evaluation(@Asking() asker: Asker, @Body({ schema: evaluationSchema }) body: Evaluation) {
    return this.evaluator.one(asker, body);
  }

  @Post('evaluations')
  @PurposeHeader()
  @Access('check')
  @Answers(200, evaluationsAnswerSchema)
  evaluations(@Asking() asker: Asker, @Body({ schema: evaluationsSchema }) body: EvaluationsRequest) {
    return this.evaluator.many(asker, body);
  }

  @Post('search/subject')
  @Access('check')
  @Answers(200, entitiesFoundSchema)
  subjects(@Asking() asker: Asker, @Body({ schema: subjectSearchSchema }) body: SubjectSearch) {
    return this.searches.subjects(asker, body);
  }

  @Post('search/resource')
  @Access('check')
  @Answers(200, entitiesFoundSchema)
  resources(@Asking() asker: Asker, @Body({ schema: resourceSearchSchema }) body: ResourceSearch) {
    return this.searches.resources(asker, body);
  }

  @Post('search/action')
  @Access('check')
  @Answers(200, actionsFoundSchema)
  actions(@Asking() asker: Asker, @Body({ schema: actionSearchSchema }) body: ActionSearch) {
    return this.searches.actions(asker, body);
  }
}
