import { Body, Controller, Get, Param, Patch, Post, Put, Query, Res, StreamableFile } from '@nestjs/common';
import { ApiOperation, ApiProduces } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { bulkAnswerSchema, bulkSchema, type BulkEdit } from './bulk.schema.js';
import { BulkService } from './bulk.service.js';
import { DossierExportService } from './dossier-export.service.js';
import { DossierReadsService } from './dossier-reads.service.js';
import {
  activateSchema,
  clientGroupOfDossierSchema,
  contactSchema,
  dossierAnswerSchema,
  dossierPatchSchema,
  dossierPutSchema,
  dossierSchema,
  emptyBodySchema,
  type Activation,
  type DossierPatch,
  type DossierPut,
} from './dossier.schema.js';
import { DossiersService } from './dossiers.service.js';
import { idSchema } from './fields.schema.js';
import { dossierListSchema, dossierQuerySchema, exportQuerySchema, type DossierQuery } from './monitor.schema.js';
import { MonitorService } from './monitor.service.js';
import type { ReadRequest, WriteRequest } from './read-request.js';
import { Reading, Writing } from './request-context.js';
import { WriteAnswers } from './write-answers.js';

const xlsx = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

@Controller('v1/offices/:office/dossiers')
export class DossiersController {
  constructor(
    private readonly dossiers: DossiersService,
    private readonly reads: DossierReadsService,
    private readonly monitor: MonitorService,
    private readonly bulkEdits: BulkService,
    private readonly exports: DossierExportService,
  ) {}

  @Get()
  @Access('read')
  @Answers(200, dossierListSchema)
  list(@Reading() request: ReadRequest, @Query({ schema: dossierQuerySchema }) query: DossierQuery) {
    return this.monitor.list(request, query);
  }

  @Get('export.xlsx')
  @Access('read')
  @ApiOperation({ summary: 'The list, or a selection of it, as an Excel workbook' })
  @ApiProduces(xlsx)
  async export(
    @Reading() request: ReadRequest,
    @Query({ schema: exportQuerySchema }) { ids, ...filter }: z.infer<typeof exportQuerySchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const stream = await this.exports.export(request, filter, ids);
    void reply.header('content-disposition', 'attachment; filename="dossiers.xlsx"');
    return new StreamableFile(stream, { type: xlsx });
  }

  @Post('bulk')
  @Access('write')
  @WriteAnswers(bulkAnswerSchema)
  bulk(@Writing() request: WriteRequest, @Body({ schema: bulkSchema }) body: BulkEdit) {
    return this.bulkEdits.edit(request, body);
  }

  @Get(':id')
  @Access('read')
  @Answers(200, dossierSchema)
  get(@Reading() request: ReadRequest, @Param('id', { schema: idSchema }) id: string) {
    return this.reads.one(request, id);
  }

  @Get(':id/contact')
  @Access('read')
  @Answers(200, contactSchema)
  contact(@Reading() request: ReadRequest, @Param('id', { schema: idSchema }) id: string) {
    return this.reads.contact(request, id);
  }

  @Put(':id')
  @Access('write')
  @WriteAnswers(dossierAnswerSchema, { creates: true })
  put(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: dossierPutSchema }) body: DossierPut,
  ) {
    return this.dossiers.put(request, id, body);
  }

  @Patch(':id')
  @Access('write')
  @WriteAnswers(dossierAnswerSchema)
  patch(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: dossierPatchSchema }) body: DossierPatch,
  ) {
    return this.dossiers.patch(request, id, body);
  }

  @Post(':id/activate')
  @Access('write')
  @WriteAnswers(dossierAnswerSchema)
  activate(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: activateSchema }) body: Activation,
  ) {
    return this.dossiers.activate(request, id, body);
  }

  @Post(':id/deactivate')
  @Access('write')
  @WriteAnswers(dossierAnswerSchema)
  deactivate(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: emptyBodySchema }) _body: unknown,
  ) {
    return this.dossiers.deactivate(request, id);
  }

  @Put(':id/client-group')
  @Access('write')
  @WriteAnswers(dossierAnswerSchema)
  clientGroup(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: clientGroupOfDossierSchema }) body: z.infer<typeof clientGroupOfDossierSchema>,
  ) {
    return this.dossiers.setClientGroup(request, id, body.clientGroup);
  }
}
