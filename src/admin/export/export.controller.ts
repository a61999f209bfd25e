import { Controller, Get, StreamableFile } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiParam, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Access } from '#src/platform/auth/access.js';
import type { ReadRequest } from '#src/admin/read-request.js';
import { Reading } from '#src/admin/request-context.js';
import { Exporter } from './exporter.js';

const ndjson = 'application/x-ndjson';

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
      'private dossiers that they may not see are left out.',
  })
  @ApiProduces(ndjson)
  @ApiHeader({ name: 'Cardea-Actor', required: false, description: 'The collaborator that an API key acts for.' })
  @ApiResponse({ status: 200, description: 'Lines as an import reads them.', schema: { type: 'string' } })
  async export(@Reading() request: ReadRequest): Promise<StreamableFile> {
    return new StreamableFile(await this.exporter.export(request), { type: ndjson });
  }
}
