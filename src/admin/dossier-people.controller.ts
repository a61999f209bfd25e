import { Body, Controller, Param, Patch, Post } from '@nestjs/common';
import type { z } from 'zod';
import { Access } from '#src/platform/auth/access.js';
import { DossierPeopleService } from './dossier-people.service.js';
import {
  breakGlassSchema,
  dossierAnswerSchema,
  managersDeltaSchema,
  peopleDeltaSchema,
  type PeopleDelta,
} from './dossier.schema.js';
import { idSchema } from './fields.schema.js';
import type { WriteRequest } from './read-request.js';
import { Writing } from './request-context.js';
import { WriteAnswers } from './write-answers.js';

@Controller('v1/offices/:office/dossiers/:id')
export class DossierPeopleController {
  constructor(private readonly people: DossierPeopleService) {}

  @Patch('managers')
  @Access('write')
  @WriteAnswers(dossierAnswerSchema)
  managers(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: managersDeltaSchema }) body: PeopleDelta,
  ) {
    return this.people.change(request, id, 'manager', body);
  }

  @Patch('guests')
  @Access('write')
  @WriteAnswers(dossierAnswerSchema)
  guests(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: peopleDeltaSchema }) body: PeopleDelta,
  ) {
    return this.people.change(request, id, 'guest', body);
  }

  @Patch('exclusions')
  @Access('write')
  @WriteAnswers(dossierAnswerSchema)
  exclusions(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: peopleDeltaSchema }) body: PeopleDelta,
  ) {
    return this.people.change(request, id, 'excluded', body);
  }

  @Post('break-glass')
  @Access('write')
  @WriteAnswers(dossierAnswerSchema)
  breakGlass(
    @Writing() request: WriteRequest,
    @Param('id', { schema: idSchema }) id: string,
    @Body({ schema: breakGlassSchema }) body: z.infer<typeof breakGlassSchema>,
  ) {
    return this.people.breakGlass(request, id, body.expiresAt);
  }
}
