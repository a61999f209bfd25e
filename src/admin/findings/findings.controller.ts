import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import type { z } from 'zod';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { idSchema } from '#src/admin/fields.schema.js';
import type { ReadRequest } from '#src/admin/read-request.js';
import { Reading } from '#src/admin/request-context.js';
import { findingListSchema, findingQuerySchema, findingRowsSchema } from './finding.schema.js';
import { FindingsService } from './findings.service.js';

@Controller('v1/offices/:office/findings')
export class FindingsController {
  constructor(private readonly findings: FindingsService) {}

  @Get()
  @Access('read')
  @Answers(200, findingListSchema)
  @ApiOperation({
    summary: 'What is worth a look: dossiers without group or manager, empty groups, twin names, admins',
  })
  counts(@Reading() request: ReadRequest) {
    return this.findings.counts(request);
  }

  @Get(':finding')
  @Access('read')
  @Answers(200, findingRowsSchema)
  page(
    @Reading() request: ReadRequest,
    @Param('finding', { schema: idSchema }) finding: string,
    @Query({ schema: findingQuerySchema }) query: z.infer<typeof findingQuerySchema>,
  ) {
    return this.findings.page(request, finding, query);
  }
}
