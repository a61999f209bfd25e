import { Controller, Get, Headers, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { Access } from '#src/platform/auth/access.js';
import type { ReadRequest } from '#src/admin/read-request.js';
import { Reading } from '#src/admin/request-context.js';
import { AccessReviewService } from './access-review.service.js';
import { reviewQuerySchema, type ReviewFormat, type ReviewQuery } from './review.schema.js';

const types: Record<ReviewFormat, string> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
};

@ApiTags('access review')
@ApiParam({ name: 'office' })
@Controller('v1/offices/:office/access-review')
export class AccessReviewController {
  constructor(private readonly reviews: AccessReviewService) {}

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
    @Query({ schema: reviewQuerySchema }) { format, ...filter }: ReviewQuery,
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    const wanted = format ?? (/\btext\/csv\b/i.test(accept ?? '') ? 'csv' : 'xlsx');
    const { stream, revision } = await this.reviews.write(request, filter, wanted);
    void reply.header('content-disposition', `attachment; filename="access-review-${revision}.${wanted}"`);
    return new StreamableFile(stream, { type: types[wanted] });
  }
}
