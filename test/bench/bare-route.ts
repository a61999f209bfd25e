import 'reflect-metadata';
import { Body, Controller, HttpCode, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';

// As many bytes as the service answers, without anything that it does for them.
const decision = {
  allowed: true,
  rule: 'collaborator-on-active',
  reason: 'Collaborators work on the active dossiers that are assigned to them.',
  revision: '10',
  policy: 'c'.repeat(64),
};

@Controller()
class BareController {
  @Post('single')
  @HttpCode(200)
  single(@Body() _body: unknown) {
    return decision;
  }

  @Post('batch')
  @HttpCode(200)
  batch(@Body() body: { checks: unknown[] }) {
    const results = body.checks.map(() => ({ allowed: true, rule: 'collaborator-on-active' }));
    return { results, revision: '10', policy: decision.policy };
  }
}

@Module({ controllers: [BareController] })
class BareModule {}

const app = await NestFactory.create(BareModule, new FastifyAdapter(), { logger: false });
await app.listen(0, '127.0.0.1');
process.stdout.write(`listens on ${await app.getUrl()} \n`);
