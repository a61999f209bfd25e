import { Body, Controller, Get, Patch, Put } from '@nestjs/common';
import { Access } from '#src/platform/auth/access.js';
import { Answers } from '#src/platform/answers.js';
import { Answer } from '#src/platform/answer.js';
import { etagOf } from './versions.js';
import {
  officeAnswerSchema,
  officePatchSchema,
  officePutSchema,
  officeSchema,
  type OfficePatch,
  type OfficePut,
} from './office.schema.js';
import { OfficeReader } from './office-reader.js';
import { OfficesService, officeView } from './offices.service.js';
import type { ReadRequest, WriteRequest } from './read-request.js';
import { Reading, Writing } from './request-context.js';
import { WriteAnswers } from './write-answers.js';

@Controller('v1/offices/:office')
export class OfficesController {
  constructor(
    private readonly offices: OfficesService,
    private readonly reader: OfficeReader,
  ) {}

  @Put()
  @Access('write')
  @WriteAnswers(officeAnswerSchema, { creates: true })
  put(@Writing() request: WriteRequest, @Body({ schema: officePutSchema }) body: OfficePut) {
    return this.offices.put(request, body);
  }

  @Get()
  @Access('read')
  @Answers(200, officeSchema)
  get(@Reading() request: ReadRequest) {
    return this.reader.read(request, async ({ office, guard }) => {
      guard.require('office', 'read', { id: office.id });
      return Promise.resolve(new Answer(officeView(office), 200, etagOf(office.version)));
    });
  }

  @Patch()
  @Access('write')
  @WriteAnswers(officeAnswerSchema)
  patch(@Writing() request: WriteRequest, @Body({ schema: officePatchSchema }) body: OfficePatch) {
    return this.offices.patch(request, body);
  }
}
