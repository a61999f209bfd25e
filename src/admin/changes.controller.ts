import { Readable } from 'node:stream';
import { Body, Controller, Get, Param, Post, Query, Req, Res, StreamableFile } from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { changeListSchema, changeQuerySchema, undoneSchema, undoSchema, type ChangeQuery } from './change.schema.js';
import { ChangesService } from './changes.service.js';
import { idSchema } from './fields.schema.js';
import type { ReadRequest, WriteRequest } from './read-request.js';
import { Reading, Writing } from './request-context.js';
import { UndoService } from './undo.service.js';
import { WriteAnswers } from './write-answers.js';

@Controller('v1/offices/:office/changes')
export class ChangesController {
  constructor(
    private readonly changes: ChangesService,
    private readonly undos: UndoService,
  ) {}

  @Get()
  @Access('read')
  @Answers(200, changeListSchema)
  @ApiProduces('application/json', 'text/event-stream')
  async read(
    @Reading() request: ReadRequest,
    @Query({ schema: changeQuerySchema }) query: ChangeQuery,
    @Req() http: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (!http.headers.accept?.includes('text/event-stream')) return this.changes.page(request, query);
    // The first page is read before the stream begins, so that a refusal is still an ordinary problem.
    await this.changes.page(request, { ...query, limit: 1 });
    const gone = new AbortController();
    http.socket.once('close', () => gone.abort());
    const resumed = changeQuerySchema.safeParse({ after: http.headers['last-event-id'] }).data?.after;
    // The connection ends with the stream: kept open, it would keep the service from closing.
    void reply.header('connection', 'close');
    const stillAdmitted = () => http.stillAdmitted?.() ?? Promise.resolve();
    const conditions = { gone: gone.signal, stillAdmitted };
    const events = this.changes.events(request, { ...query, after: resumed ?? query.after }, conditions);
    return new StreamableFile(Readable.from(events), { type: 'text/event-stream' });
  }

  @Post(':revision/undo')
  @Access('write')
  @WriteAnswers(undoneSchema)
  undo(
    @Writing() request: WriteRequest,
    @Param('revision', { schema: idSchema }) revision: string,
    @Body({ schema: undoSchema }) _body: object,
  ) {
    return this.undos.undo(request, revision);
  }
}
