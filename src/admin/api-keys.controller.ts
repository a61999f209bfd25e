import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import {
  apiKeyAnswerSchema,
  apiKeyListSchema,
  apiKeyPostSchema,
  apiKeyQuerySchema,
  apiKeyRevokedSchema,
  type ApiKeyPost,
} from './api-key.schema.js';
import { ApiKeysService } from './api-keys.service.js';
import { idSchema } from './fields.schema.js';
import type { ReadRequest, WriteRequest } from './read-request.js';
import { Reading, Writing } from './request-context.js';
import { WriteAnswers } from './write-answers.js';

@Controller('v1/offices/:office/api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  @Post()
  @Access('write', { any: ['operate'] })
  @WriteAnswers(apiKeyAnswerSchema, { creates: true })
  post(@Writing() request: WriteRequest, @Body({ schema: apiKeyPostSchema }) body: ApiKeyPost) {
    return this.keys.create(request, body);
  }

  @Get()
  @Access('read', { any: ['operate'] })
  @Answers(200, apiKeyListSchema)
  list(
    @Reading() request: ReadRequest,
    @Query({ schema: apiKeyQuerySchema }) query: z.infer<typeof apiKeyQuerySchema>,
  ) {
    return this.keys.list(request, query);
  }

  @Delete(':id')
  @Access('write', { any: ['operate'] })
  @WriteAnswers(apiKeyRevokedSchema)
  revoke(@Writing() request: WriteRequest, @Param('id', { schema: idSchema }) id: string) {
    return this.keys.revoke(request, id);
  }
}
