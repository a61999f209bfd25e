import { Controller, Get, Param, Query } from '@nestjs/common';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { Asking } from './asking.js';
import { audienceQuerySchema, audienceSchema, type AudienceQuery } from './audience.schema.js';
import { CheckService, type Asker } from './check.service.js';

@Controller('v1/offices/:office/dossiers/:dossier/audience')
export class AudienceController {
  constructor(private readonly checks: CheckService) {}

  @Get()
  @Access('check', { any: ['read'] })
  @Answers(200, audienceSchema)
  audience(
    @Asking() asker: Asker,
    @Param('dossier') dossier: string,
    @Query({ schema: audienceQuerySchema }) query: AudienceQuery,
  ) {
    return this.checks.audience(asker, dossier, query);
  }
}
