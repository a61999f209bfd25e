import { Body, Controller, Post } from '@nestjs/common';
import { Access } from '#src/platform/auth/access.js';
import { communicationAnswerSchema, communicationPostSchema, type CommunicationPost } from './communication.schema.js';
import { CommunicationsService } from './communications.service.js';
import type { WriteRequest } from '#src/admin/read-request.js';
import { Writing } from '#src/admin/request-context.js';
import { WriteAnswers } from '#src/admin/write-answers.js';

@Controller('v1/offices/:office/communications')
export class CommunicationsController {
  constructor(private readonly communications: CommunicationsService) {}

  @Post()
  @Access('write')
  @WriteAnswers(communicationAnswerSchema, { creates: true })
  post(@Writing() request: WriteRequest, @Body({ schema: communicationPostSchema }) body: CommunicationPost) {
    return this.communications.send(request, body);
  }
}
