import { Controller, Get, Param, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiProduces } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { accessListSchema, accessQuerySchema, type AccessQuery } from './accesses.schema.js';
import { AccessesService } from './accesses.service.js';
import { idSchema } from './fields.schema.js';
import type { ReadRequest } from './read-request.js';
import { Reading } from './request-context.js';

const csv = 'text/csv';

@Controller('v1/offices/:office/dossiers/:id/accesses')
export class AccessesController {
  constructor(private readonly accesses: AccessesService) {}

  @Get()
  @Access('read')
  @ApiOperation({ summary: 'Who opened the dossier, when and what for, as JSON or as a file' })
  @ApiProduces('application/json', csv)
  @Answers(200, accessListSchema)
  async read(
    @Reading() request: ReadRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: accessQuerySchema }) query: AccessQuery,
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const format = query.format ?? (http.headers.accept?.includes(csv) ? 'csv' : 'json');
    if (format === 'json') return this.accesses.page(request, id, query);
    const stream = await this.accesses.file(request, id, query);
    void reply.header('content-disposition', 'attachment; filename="accesses.csv"');
    return new StreamableFile(stream, { type: `${csv}; charset=utf-8` });
  }
}
