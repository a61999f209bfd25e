import { Readable } from 'node:stream';
import { Controller, HttpCode, Logger, Post, Req, StreamableFile } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  ApiBody,
  ApiConsumes,
  ApiHeader,
  ApiOperation,
  ApiParam,
  ApiProduces,
  ApiQuery,
  ApiResponse,
  ApiTags,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Access } from '#src/platform/auth/access.js';
import { problem } from '#src/platform/errors.js';
import type { WriteRequest } from '#src/admin/read-request.js';
import { Writing } from '#src/admin/request-context.js';
import { piecesOf, streamEvents } from './event-stream.js';
import { importEventSchema } from './import.schema.js';
import { Importer, type ImportSource } from './importer.js';

const ndjson = 'application/x-ndjson';
const formats: Readonly<Record<string, ImportSource['format']>> = { [ndjson]: 'ndjson', 'text/csv': 'csv' };

@ApiTags('import and export')
@ApiParam({ name: 'office' })
@Controller('v1/offices/:office/import')
export class ImportController {
  private readonly logger = new Logger('Import');

  constructor(private readonly importer: Importer) {}

  @Post()
  @Access('write')
  @HttpCode(200)
  @RouteConfig({ streamsBody: true })
  @ApiOperation({
    summary: 'Loads an office from lines of NDJSON in any order, or from its list in CSV',
    description:
      'Nothing is applied before the whole body has arrived and every line has been read. The answer is a line of ' +
      'progress after each chunk, and last the counts and every refused line with its number and reason; or, where ' +
      'something stopped the import in the middle, a line `{"error": …}`. With an `Idempotency-Key` the same import ' +
      'can be sent again after that, and goes on where it stopped.',
  })
  @ApiConsumes(ndjson, 'text/csv')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiProduces(ndjson)
  @ApiResponse({ status: 200, standardSchema: importEventSchema, description: 'One of these a line.' })
  @ApiHeader({ name: 'Idempotency-Key', required: false, description: 'Each chunk is applied once within 24 hours.' })
  @ApiHeader({ name: 'Cardea-Actor', required: false, description: 'The collaborator that an API key acts for.' })
  @ApiQuery({ name: 'reason', required: false, description: 'Kept in the audit trail.' })
  async import(@Writing() request: WriteRequest, @Req() { body, headers }: FastifyRequest): Promise<StreamableFile> {
    const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
    const format = formats[type];
    if (!format || !(body instanceof Readable)) throw problem('unsupported_media_type');
    const events = this.importer.run(request, { format, body: piecesOf(body) });
    const stream = await streamEvents(events, request, (error) => this.logger.error(error));
    return new StreamableFile(stream, { type: ndjson });
  }
}
