import { Body, Controller, Get, Headers, Param, Post, Query } from '@nestjs/common';
import { Answer } from '#src/platform/answer.js';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { Asking } from './asking.js';
import type { CanAccess } from './can-access.schema.js';
import { CheckService, type Asker } from './check.service.js';
import {
  abilityExportSchema,
  explainSchema,
  explanationSchema,
  openableListSchema,
  openableQuerySchema,
  type OpenableQuery,
} from './explain.schema.js';

@Controller('v1/offices/:office')
export class ExplainController {
  constructor(private readonly checks: CheckService) {}

  @Post('explain')
  @Access('check')
  @Answers(200, explanationSchema)
  explain(@Asking() asker: Asker, @Body({ schema: explainSchema }) body: CanAccess) {
    return this.checks.explain(asker, body);
  }

  @Get('collaborators/:collaborator/dossiers')
  @Access('check', { any: ['read'] })
  @Answers(200, openableListSchema)
  dossiers(
    @Asking() asker: Asker,
    @Param('collaborator') collaborator: string,
    @Query({ schema: openableQuerySchema }) query: OpenableQuery,
  ) {
    return this.checks.openable(asker, collaborator, query);
  }

  @Get('collaborators/:collaborator/ability')
  @Access('check', { any: ['read'] })
  @Answers(200, abilityExportSchema)
  async ability(
    @Asking() asker: Asker,
    @Param('collaborator') collaborator: string,
    @Headers('if-none-match') known: string | undefined,
  ) {
    const { etag, ...ability } = await this.checks.ability(asker, collaborator);
    return isKnown(etag, known) ? new Answer(undefined, 304, etag) : new Answer(ability, 200, etag);
  }
}

/** RFC 9110, section 13.1.2: any of a list, or `*`; a proxy that has packed the answer makes its tag a weak one. */
function isKnown(etag: string, ifNoneMatch = ''): boolean {
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}
