import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import { ApiOperation } from '@nestjs/swagger';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { idSchema } from '#src/admin/fields.schema.js';
import type { ReadRequest, WriteRequest } from '#src/admin/read-request.js';
import { Reading, Writing } from '#src/admin/request-context.js';
import { WriteAnswers } from '#src/admin/write-answers.js';
import { CommunicationActionsService } from './communication-actions.service.js';
import { CommunicationListsService } from './communication-lists.service.js';
import { communicationAnswerSchema, communicationPostSchema, type CommunicationPost } from './communication.schema.js';
import { CommunicationsService } from './communications.service.js';
import {
  actionAnswerSchema,
  cancelSchema,
  communicationListQuerySchema,
  communicationListSchema,
  communicationSchema,
  messageListSchema,
  messageQuerySchema,
  messageSchema,
  retrySchema,
  settleSchema,
  type Cancel,
  type CommunicationListQuery,
  type MessageQuery,
  type Retry,
  type Settle,
} from './message.schema.js';

@Controller('v1/offices/:office/communications')
export class CommunicationsController {
  constructor(
    private readonly communications: CommunicationsService,
    private readonly lists: CommunicationListsService,
    private readonly actions: CommunicationActionsService,
  ) {}

  @Post()
  @Access('write')
  @WriteAnswers(communicationAnswerSchema, { creates: true })
  @ApiOperation({
    summary: 'Queues one message to each dossier of a selection',
    description: 'Subject and body may name fields of the dossier: `{{name}}`. A dry run shows messages filled in.',
  })
  post(@Writing() request: WriteRequest, @Body({ schema: communicationPostSchema }) body: CommunicationPost) {
    return this.communications.send(request, body);
  }

  @Get()
  @Access('read')
  @Answers(200, communicationListSchema)
  list(
    @Reading() request: ReadRequest,
    @Query({ schema: communicationListQuerySchema }) query: CommunicationListQuery,
  ) {
    return this.lists.list(request, query);
  }

  @Get(':id')
  @Access('read')
  @Answers(200, communicationSchema)
  get(@Reading() request: ReadRequest, @Param('id', { schema: idSchema }) id: string) {
    return this.lists.one(request, id);
  }

  @Get(':id/messages')
  @Access('read')
  @Answers(200, messageListSchema)
  messages(
    @Reading() request: ReadRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Query({ schema: messageQuerySchema }) query: MessageQuery,
  ) {
    return this.lists.messages(request, id, query);
  }

  @Get(':id/messages/:dossier')
  @Access('read')
  @Answers(200, messageSchema)
  message(
    @Reading() request: ReadRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Param('dossier', { schema: idSchema }) dossier: string,
  ) {
    return this.lists.message(request, id, dossier);
  }

  @Post(':id/retry')
  @Access('write')
  @WriteAnswers(actionAnswerSchema)
  @ApiOperation({ summary: 'Queues again what has failed or was cancelled; `uncertain`: also what may have been sent' })
  retry(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: retrySchema }) body: Retry,
  ) {
    return this.actions.retry(request, id, body);
  }

  @Post(':id/cancel')
  @Access('write')
  @WriteAnswers(actionAnswerSchema)
  @ApiOperation({ summary: 'Stops what waits; what is just being sent goes out' })
  cancel(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: cancelSchema }) body: Cancel,
  ) {
    return this.actions.cancel(request, id, body);
  }

  @Post(':id/settle')
  @Access('write')
  @WriteAnswers(actionAnswerSchema)
  @ApiOperation({ summary: 'Says of messages that may have been sent whether they were' })
  settle(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: settleSchema }) body: Settle,
  ) {
    return this.actions.settle(request, id, body);
  }
}
