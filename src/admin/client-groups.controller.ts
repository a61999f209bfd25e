import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { z } from 'zod';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import {
  clientGroupAnswerSchema,
  clientGroupDeleteSchema,
  clientGroupGetSchema,
  clientGroupListSchema,
  clientGroupPatchSchema,
  clientGroupPostSchema,
  clientGroupPutSchema,
  clientGroupQuerySchema,
  clientGroupSchema,
  deletedSchema,
  type ClientGroupPatch,
  type ClientGroupPut,
} from './client-group.schema.js';
import { ClientGroupsService } from './client-groups.service.js';
import { idSchema } from './fields.schema.js';
import { GroupListsService } from './group-lists.service.js';
import type { ReadRequest, WriteRequest } from './read-request.js';
import { Reading, Writing } from './request-context.js';
import { WriteAnswers } from './write-answers.js';

@Controller('v1/offices/:office/client-groups')
export class ClientGroupsController {
  constructor(
    private readonly groups: ClientGroupsService,
    private readonly lists: GroupListsService,
  ) {}

  @Post()
  @Access('write')
  @WriteAnswers(clientGroupAnswerSchema, { creates: true })
  post(
    @Writing() request: WriteRequest,
    @Body({ schema: clientGroupPostSchema }) { id, ...body }: z.infer<typeof clientGroupPostSchema>,
  ) {
    return this.groups.post(request, id ?? uuidv7(), body);
  }

  @Put(':id')
  @Access('write')
  @WriteAnswers(clientGroupAnswerSchema, { creates: true })
  put(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: clientGroupPutSchema }) body: ClientGroupPut,
  ) {
    return this.groups.put(request, id, body);
  }

  @Get()
  @Access('read')
  @Answers(200, clientGroupListSchema)
  list(
    @Reading() request: ReadRequest,
    @Query({ schema: clientGroupQuerySchema }) query: z.infer<typeof clientGroupQuerySchema>,
  ) {
    return this.lists.clientGroups(request, query);
  }

  @Get(':id')
  @Access('read')
  @Answers(200, clientGroupSchema)
  get(
    @Reading() request: ReadRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: clientGroupGetSchema }) { include }: z.infer<typeof clientGroupGetSchema>,
  ) {
    return this.lists.clientGroup(request, id, { withMembers: include === 'members' });
  }

  @Patch(':id')
  @Access('write')
  @WriteAnswers(clientGroupAnswerSchema)
  patch(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: clientGroupPatchSchema }) body: ClientGroupPatch,
  ) {
    return this.groups.patch(request, id, body);
  }

  @Delete(':id')
  @Access('write')
  @WriteAnswers(deletedSchema)
  delete(
    @Writing(['moveDossiersTo']) request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: clientGroupDeleteSchema }) query: z.infer<typeof clientGroupDeleteSchema>,
  ) {
    return this.groups.delete(request, id, query.moveDossiersTo);
  }
}
