import { Controller, Get, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { asOfSchema } from '#src/ability/as-of.js';
import { Access } from '#src/platform/auth/access.js';
import type { ReadRequest } from '#src/admin/read-request.js';
import { Reading } from '#src/admin/request-context.js';
import { revisionToken } from '#src/relations/vocabulary.js';
import { Exporter } from './exporter.js';

const ndjson = 'application/x-ndjson';
const exportQuerySchema = z.strictObject({ asOf: asOfSchema.optional() });

@ApiTags('import and export')
@ApiParam({ name: 'office' })
@Controller('v1/offices/:office/export')
export class ExportController {
  constructor(private readonly exporter: Exporter) {}

  @Get()
  @Access('read')
  @ApiOperation({
    summary: 'The whole office as lines of NDJSON',
    description:
      'Importing the lines into an empty office makes the same office. To a person, and to a key that acts for one, ' +
      'private dossiers that they may not see are left out. `Cardea-Revision` says as of which revision it is, and with ' +
      '`asOf` `Cardea-As-Of` as of which instant.',
  })
  @ApiProduces(ndjson)
  @ApiHeader({ name: 'Cardea-Actor', required: false, description: 'The collaborator that an API key acts for.' })
  @ApiResponse({ status: 200, description: 'Lines as an import reads them.', schema: { type: 'string' } })
  async export(
    @Reading() request: ReadRequest,
    @Query({ schema: exportQuerySchema }) { asOf }: z.infer<typeof exportQuerySchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const { stream, ...moment } = await this.exporter.export(request, asOf);
    void reply.header('cardea-revision', revisionToken(moment.revision));
    if (moment.asOf !== undefined) void reply.header('cardea-as-of', moment.asOf);
    return new StreamableFile(stream, { type: ndjson });
  }
}
