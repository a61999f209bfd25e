import { Controller, Get, Post, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExcludeEndpoint } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import '#src/platform/auth/request.js';
import { signedOutSchema } from './session.schema.js';
import { SignInService } from './sign-in.service.js';

/** The way of a browser into a session and out of it. */
@Controller('session')
export class SignInController {
  constructor(private readonly signIns: SignInService) {}

  /** Leads to the issuer. `?returnTo=` says which page of the console comes after it. */
  @Get('sign-in')
  @Access('public')
  @RouteConfig({ isPage: true })
  @ApiExcludeEndpoint()
  async begin(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { location, cookies } = await this.signIns.begin(request);
    void reply.header('set-cookie', cookies).redirect(location, 302);
  }

  /** Where the issuer leads back to. */
  @Get('callback')
  @Access('public')
  @RouteConfig({ isPage: true })
  @ApiExcludeEndpoint()
  async finish(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    // Before anything can fail: an answer of the issuer is looked at once, whatever comes of it.
    void reply.header('set-cookie', this.signIns.cookiesToForget(request));
    const { location, cookies, person } = await this.signIns.finish(request);
    if (person) request.principal = person;
    void reply.header('set-cookie', cookies).redirect(location, 302);
  }

  /** Ends the session of this browser, on every instance at once. */
  @Post('sign-out')
  @Access('read')
  @Answers(200, signedOutSchema)
  async signOut(@Req() request: FastifyRequest, @Res({ passthrough: true }) reply: FastifyReply) {
    const { cookies, ...answer } = await this.signIns.signOut(request);
    void reply.header('set-cookie', cookies);
    return answer;
  }
}
