import { Body, Controller, Delete, Get, Param, Put, Query } from '@nestjs/common';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { deletedSchema } from '#src/admin/client-group.schema.js';
import { idSchema } from '#src/admin/fields.schema.js';
import type { ReadRequest, WriteRequest } from '#src/admin/read-request.js';
import { Reading, Writing } from '#src/admin/request-context.js';
import { WriteAnswers } from '#src/admin/write-answers.js';
import {
  templateAnswerSchema,
  templateListSchema,
  templatePutSchema,
  templateQuerySchema,
  templateSchema,
  type TemplatePut,
  type TemplateQuery,
} from './template.schema.js';
import { TemplatesService } from './templates.service.js';

@Controller('v1/offices/:office/communication-templates')
export class TemplatesController {
  constructor(private readonly templates: TemplatesService) {}

  @Get()
  @Access('read')
  @Answers(200, templateListSchema)
  list(@Reading() request: ReadRequest, @Query({ schema: templateQuerySchema }) query: TemplateQuery) {
    return this.templates.list(request, query);
  }

  @Get(':id')
  @Access('read')
  @Answers(200, templateSchema)
  get(@Reading() request: ReadRequest, @Param('id', { schema: idSchema }) id: string) {
    return this.templates.one(request, id);
  }

  @Put(':id')
  @Access('write')
  @WriteAnswers(templateAnswerSchema, { creates: true })
  put(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: templatePutSchema }) body: TemplatePut,
  ) {
    return this.templates.put(request, id, body);
  }

  @Delete(':id')
  @Access('write')
  @WriteAnswers(deletedSchema)
  delete(@Writing() request: WriteRequest, @Param('id', { schema: idSchema }) id: string) {
    return this.templates.delete(request, id);
  }
}
