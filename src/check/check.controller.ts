import { Body, Controller, Post } from '@nestjs/common';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { Asking } from './asking.js';
import {
  batchAnswerSchema,
  batchSchema,
  canAccessAnswerSchema,
  canAccessSchema,
  filterAnswerSchema,
  filterSchema,
  type Batch,
  type CanAccess,
  type Filter,
} from './can-access.schema.js';
import { CheckService, type Asker } from './check.service.js';
import { PurposeHeader } from './purpose.js';

@PurposeHeader()
@Controller('v1/offices/:office/can-access')
export class CheckController {
  constructor(private readonly checks: CheckService) {}

  @Post()
  @Access('check')
  @Answers(200, canAccessAnswerSchema)
  canAccess(@Asking() asker: Asker, @Body({ schema: canAccessSchema }) body: CanAccess) {
    return this.checks.canAccess(asker, body);
  }

  @Post('batch')
  @Access('check')
  @Answers(200, batchAnswerSchema)
  batch(@Asking() asker: Asker, @Body({ schema: batchSchema }) body: Batch) {
    return this.checks.batch(asker, body);
  }

  @Post('filter')
  @Access('check')
  @Answers(200, filterAnswerSchema)
  filter(@Asking() asker: Asker, @Body({ schema: filterSchema }) body: Filter) {
    return this.checks.filter(asker, body);
  }
}
