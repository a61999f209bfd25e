import { Body, Controller, Delete, Get, Param, Put } from '@nestjs/common';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { deletedSchema } from './client-group.schema.js';
import { EntitiesService } from './entities.service.js';
import {
  entityAnswerSchema,
  entityPutSchema,
  entitySchema,
  entityTypeSchema,
  type EntityPut,
} from './entity.schema.js';
import { idSchema } from './fields.schema.js';
import type { ReadRequest, WriteRequest } from './read-request.js';
import { Reading, Writing } from './request-context.js';
import { WriteAnswers } from './write-answers.js';

@Controller('v1/offices/:office/entities/:type/:id')
export class EntitiesController {
  constructor(private readonly entities: EntitiesService) {}

  @Get()
  @Access('read')
  @Answers(200, entitySchema)
  get(
    @Reading() request: ReadRequest,
    @Param('type', { schema: entityTypeSchema }) type: string,
    @Param('id', { schema: idSchema }) id: string,
  ) {
    return this.entities.get(request, { type, id });
  }

  @Put()
  @Access('write')
  @WriteAnswers(entityAnswerSchema, { creates: true })
  put(
    @Writing() request: WriteRequest,
    @Param('type', { schema: entityTypeSchema }) type: string,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: entityPutSchema }) { properties }: EntityPut,
  ) {
    return this.entities.put(request, { type, id }, properties);
  }

  @Delete()
  @Access('write')
  @WriteAnswers(deletedSchema)
  delete(
    @Writing() request: WriteRequest,
    @Param('type', { schema: entityTypeSchema }) type: string,
    @Param('id', { schema: idSchema }) id: string,
  ) {
    return this.entities.delete(request, { type, id });
  }
}
