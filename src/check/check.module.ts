import { Module } from '@nestjs/common';
import { AudienceController } from './audience.controller.js';
import { CheckController } from './check.controller.js';
import { CheckService } from './check.service.js';
import { ExplainController } from './explain.controller.js';
import { FastLane } from './fast-lane.js';
import { PoliciesController } from './policies.controller.js';

@Module({
  controllers: [CheckController, ExplainController, AudienceController, PoliciesController],
  providers: [CheckService, FastLane],
})
export class CheckModule {}
