import { Readable } from 'node:stream';
import { Controller, Get, Headers, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBody, ApiConsumes, ApiOperation, ApiParam, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '#src/platform/auth/access.js';
import { problem } from '#src/platform/errors.js';
import { piecesOf } from '#src/admin/import/event-stream.js';
import type { ReadRequest, WriteRequest } from '#src/admin/read-request.js';
import { Reading, Writing } from '#src/admin/request-context.js';
import { WriteAnswers } from '#src/admin/write-answers.js';
import { AccessReviewService } from './access-review.service.js';
import { returnAnswerSchema } from './return.schema.js';
import { ReviewReturnService } from './review-return.service.js';
import { reviewFormats, reviewQuerySchema, type ReviewFormat, type ReviewQuery } from './review.schema.js';

const types: Record<ReviewFormat, string> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
};

@ApiTags('access review')
@ApiParam({ name: 'office' })
@Controller('v1/offices/:office/access-review')
export class AccessReviewController {
  constructor(
    private readonly reviews: AccessReviewService,
    private readonly returns: ReviewReturnService,
  ) {}

  @Get()
  @Access('read')
  @ApiOperation({
    summary: 'Who may do something with which dossier, a row for each way in, with a column for the decision',
    description:
      'An Excel workbook, or CSV by `format=csv` or `Accept: text/csv`. All rows speak of one revision; headings are ' +
      'in the language of `Accept-Language`. For those who may ask about everyone; dossiers that they may not open ' +
      'are left out.',
  })
  @ApiProduces(types.xlsx, 'text/csv')
  @ApiResponse({ status: 200, description: 'The rows, streamed.', schema: { type: 'string', format: 'binary' } })
  async review(
    @Reading() request: ReadRequest,
    @Query({ schema: reviewQuerySchema }) { format, asOf, ...filter }: ReviewQuery,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const wanted = format ?? (/\btext\/csv\b/i.test(accept ?? '') ? 'csv' : 'xlsx');
    const { stream, revision, asOf: at } = await this.reviews.write(request, filter, wanted, asOf);
    const name = ['access-review', revision, ...(at === undefined ? [] : [at.replaceAll(':', '')])].join('-');
    void reply.header('content-disposition', `attachment; filename="${name}.${wanted}"`);
    return new StreamableFile(stream, { type: types[wanted] });
  }

  @Post()
  @Access('write')
  @RouteConfig({ streamsBody: true })
  @WriteAnswers(returnAnswerSchema)
  @ApiOperation({
    summary: 'Takes back a review whose column of decisions has been filled in',
    description:
      'Of each row that says revoke, the relationship that gives the person this way in is removed: as manager, as ' +
      'guest, or their membership of a group, which may open other dossiers too (see `dryRun`). What cannot be ' +
      'revoked so is refused row by row, each with its reason.',
  })
  @ApiConsumes(types.xlsx, 'text/csv')
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  return(@Writing() request: WriteRequest, @Req() { body, headers }: FastifyRequest) {
    const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase();
    const format = reviewFormats.find((one) => types[one].split(';')[0] === type);
    if (!format || !(body instanceof Readable)) throw problem('unsupported_media_type');
    return this.returns.apply(request, piecesOf(body), format);
  }
}
