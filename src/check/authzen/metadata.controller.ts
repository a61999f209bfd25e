import { Controller, Get, Header, Param } from '@nestjs/common';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { problem } from '#src/platform/errors.js';
import { PublicUrl } from '#src/platform/public-url.js';
import { isId } from '#src/relations/vocabulary.js';
import { metadataSchema } from './authzen.schema.js';

/**
 * What a decision point offers (Authorization API 1.0 §9). It names the addresses of `PUBLIC_URL`, never those of the
 * request, and answers alike for every office: whether one exists is not for everyone to know.
 */
@Controller('.well-known/authzen-configuration/offices/:office')
export class MetadataController {
  constructor(private readonly publicUrl: PublicUrl) {}

  @Get()
  @Access('public')
  @Header('cache-control', 'public, max-age=3600')
  @Answers(200, metadataSchema)
  metadata(@Param('office') office: string) {
    if (!isId(office)) throw problem('office_not_found');
    const base = `${this.publicUrl.base}/offices/${encodeURIComponent(office)}`;
    const api = `${base}/access/v1`;
    return {
      policy_decision_point: base,
      access_evaluation_endpoint: `${api}/evaluation`,
      access_evaluations_endpoint: `${api}/evaluations`,
      search_subject_endpoint: `${api}/search/subject`,
      search_resource_endpoint: `${api}/search/resource`,
      search_action_endpoint: `${api}/search/action`,
    };
  }
}
