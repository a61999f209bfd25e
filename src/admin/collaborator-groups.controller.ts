import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { deletedSchema } from './client-group.schema.js';
import {
  collaboratorGroupAnswerSchema,
  collaboratorGroupListSchema,
  collaboratorGroupPatchSchema,
  collaboratorGroupPostSchema,
  collaboratorGroupPutSchema,
  collaboratorGroupQuerySchema,
  collaboratorGroupSchema,
  type CollaboratorGroupPatch,
  type CollaboratorGroupPut,
} from './collaborator-group.schema.js';
import { CollaboratorGroupsService } from './collaborator-groups.service.js';
import { idSchema } from './fields.schema.js';
import { GroupListsService } from './group-lists.service.js';
import type { ReadRequest, WriteRequest } from './read-request.js';
import { Reading, Writing } from './request-context.js';
import { WriteAnswers } from './write-answers.js';

@Controller('v1/offices/:office/collaborator-groups')
export class CollaboratorGroupsController {
  constructor(
    private readonly groups: CollaboratorGroupsService,
    private readonly lists: GroupListsService,
  ) {}

  @Post()
  @Access('write')
  @WriteAnswers(collaboratorGroupAnswerSchema, { creates: true })
  post(
    @Writing() request: WriteRequest,
    @Body({ schema: collaboratorGroupPostSchema }) { id, ...body }: z.infer<typeof collaboratorGroupPostSchema>,
  ) {
    return this.groups.post(request, id ?? uuidv7(), body);
  }

  @Put(':id')
  @Access('write')
  @WriteAnswers(collaboratorGroupAnswerSchema, { creates: true })
  put(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: collaboratorGroupPutSchema }) body: CollaboratorGroupPut,
  ) {
    return this.groups.put(request, id, body);
  }

  @Get()
  @Access('read')
  @Answers(200, collaboratorGroupListSchema)
  list(
    @Reading() request: ReadRequest,
    @Query({ schema: collaboratorGroupQuerySchema }) query: z.infer<typeof collaboratorGroupQuerySchema>,
  ) {
    return this.lists.collaboratorGroups(request, query);
  }

  @Get(':id')
  @Access('read')
  @Answers(200, collaboratorGroupSchema)
  get(@Reading() request: ReadRequest, @Param('id', { schema: idSchema }) id: string) {
    return this.lists.collaboratorGroup(request, id);
  }

  @Patch(':id')
  @Access('write')
  @WriteAnswers(collaboratorGroupAnswerSchema)
  patch(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: collaboratorGroupPatchSchema }) body: CollaboratorGroupPatch,
  ) {
    return this.groups.patch(request, id, body);
  }

  @Delete(':id')
  @Access('write')
  @WriteAnswers(deletedSchema)
  delete(@Writing() request: WriteRequest, @Param('id', { schema: idSchema }) id: string) {
    return this.groups.delete(request, id);
  }
}
