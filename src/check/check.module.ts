import { Module } from '@nestjs/common';
import { AudienceController } from './audience.controller.js';
import { AuthzenController } from './authzen/authzen.controller.js';
import { AuthzenEvaluations } from './authzen/authzen-evaluations.service.js';
import { AuthzenSearches } from './authzen/authzen-searches.service.js';
import { AuthzenService } from './authzen/authzen.service.js';
import { MetadataController } from './authzen/metadata.controller.js';
import { CheckController } from './check.controller.js';
import { CheckService } from './check.service.js';
import { ExplainController } from './explain.controller.js';
import { FastLane } from './fast-lane.js';
import { LaneWatch } from './lane-watch.js';
import { PoliciesController } from './policies.controller.js';

@Module({
  controllers: [
    CheckController,
    ExplainController,
    AudienceController,
    PoliciesController,
    AuthzenController,
    MetadataController,
  ],
  providers: [CheckService, FastLane, LaneWatch, AuthzenService, AuthzenEvaluations, AuthzenSearches],
})
export class CheckModule {}
