import { Controller, Get, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { SessionService } from './session.service.js';
import { sessionSchema } from './session.schema.js';

@Controller('v1/session')
export class SessionController {
  constructor(private readonly sessions: SessionService) {}

  /** Who is signed in at this browser, and in which offices they are. */
  @Get()
  @Access('read')
  @Answers(200, sessionSchema)
  read(@Req() request: FastifyRequest) {
    return this.sessions.read(request);
  }
}
