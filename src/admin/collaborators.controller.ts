import { Body, Controller, Get, Param, Patch, Post, Put, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { CollaboratorListsService } from './collaborator-lists.service.js';
import {
  collaboratorAnswerSchema,
  collaboratorListSchema,
  collaboratorPatchSchema,
  collaboratorPutSchema,
  collaboratorQuerySchema,
  collaboratorSchema,
  deactivateSchema,
  groupsPatchSchema,
  type CollaboratorPatch,
  type CollaboratorPut,
  type CollaboratorQuery,
} from './collaborator.schema.js';
import { CollaboratorsService } from './collaborators.service.js';
import { idSchema } from './fields.schema.js';
import type { ReadRequest, WriteRequest } from './read-request.js';
import { Reading, Writing } from './request-context.js';
import { WriteAnswers } from './write-answers.js';

type GroupsPatch = z.infer<typeof groupsPatchSchema>;

@Controller('v1/offices/:office/collaborators')
export class CollaboratorsController {
  constructor(
    private readonly collaborators: CollaboratorsService,
    private readonly lists: CollaboratorListsService,
  ) {}

  @Get()
  @Access('read')
  @Answers(200, collaboratorListSchema)
  list(@Reading() request: ReadRequest, @Query({ schema: collaboratorQuerySchema }) query: CollaboratorQuery) {
    return this.lists.list(request, query);
  }

  @Get(':id')
  @Access('read')
  @Answers(200, collaboratorSchema)
  get(@Reading() request: ReadRequest, @Param('id', { schema: idSchema }) id: string) {
    return this.lists.one(request, id);
  }

  @Put(':id')
  @Access('write')
  @WriteAnswers(collaboratorAnswerSchema, { creates: true })
  put(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: collaboratorPutSchema }) body: CollaboratorPut,
  ) {
    return this.collaborators.put(request, id, body);
  }

  @Patch(':id')
  @Access('write')
  @WriteAnswers(collaboratorAnswerSchema)
  patch(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: collaboratorPatchSchema }) body: CollaboratorPatch,
  ) {
    return this.collaborators.patch(request, id, body);
  }

  @Patch(':id/client-groups')
  @Access('write')
  @WriteAnswers(collaboratorAnswerSchema)
  clientGroups(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: groupsPatchSchema }) body: GroupsPatch,
  ) {
    return this.collaborators.patchGroups(request, id, 'client_group', body);
  }

  @Patch(':id/collaborator-groups')
  @Access('write')
  @WriteAnswers(collaboratorAnswerSchema)
  collaboratorGroups(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: groupsPatchSchema }) body: GroupsPatch,
  ) {
    return this.collaborators.patchGroups(request, id, 'collaborator_group', body);
  }

  @Post(':id/deactivate')
  @Access('write')
  @WriteAnswers(collaboratorAnswerSchema)
  deactivate(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: deactivateSchema }) body: z.infer<typeof deactivateSchema>,
  ) {
    return this.collaborators.deactivate(request, id, body.handOverTo);
  }
}
