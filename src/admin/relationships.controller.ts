import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import type { ReadRequest, WriteRequest } from './read-request.js';
import {
  relationshipListSchema,
  relationshipQuerySchema,
  relationshipsAnswerSchema,
  relationshipsWriteSchema,
  type RelationshipQuery,
  type RelationshipsWrite,
} from './relationship.schema.js';
import { RelationshipsService } from './relationships.service.js';
import { Reading, Writing } from './request-context.js';
import { WriteAnswers } from './write-answers.js';

@Controller('v1/offices/:office/relationships')
export class RelationshipsController {
  constructor(private readonly relationships: RelationshipsService) {}

  @Get()
  @Access('read')
  @Answers(200, relationshipListSchema)
  list(@Reading() request: ReadRequest, @Query({ schema: relationshipQuerySchema }) query: RelationshipQuery) {
    return this.relationships.list(request, query);
  }

  @Post()
  @Access('write')
  @WriteAnswers(relationshipsAnswerSchema)
  write(@Writing() request: WriteRequest, @Body({ schema: relationshipsWriteSchema }) body: RelationshipsWrite) {
    return this.relationships.write(request, body);
  }
}
