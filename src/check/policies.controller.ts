import { Controller, Get, Param } from '@nestjs/common';
import { z } from 'zod';
import { PolicyBundles } from '#src/ability/bundles.js';
import { Answers } from '#src/platform/answers.js';
import { Access } from '#src/platform/auth/access.js';
import { problem } from '#src/platform/errors.js';

const reasonSchema = z.object({ en: z.string(), fr: z.string(), nl: z.string(), de: z.string() });
const policySchema = z
  .object({
    type: z.string(),
    actions: z.array(z.string()),
    rules: z.array(
      z.object({
        id: z.string(),
        effect: z.enum(['allow', 'deny']),
        actions: z.array(z.string()),
        by: z.array(z.string()),
        reason: reasonSchema,
        line: z.int(),
      }),
    ),
    file: z.string(),
    source: z.string(),
  })
  .meta({ id: 'Policy' });

/** The loaded bundle as reviewers see it. */
@Controller('v1/policies')
export class PoliciesController {
  constructor(private readonly bundles: PolicyBundles) {}

  @Get()
  @Access('read', { any: ['check'] })
  @Answers(200, z.object({ hash: z.string(), policies: z.array(policySchema) }))
  list() {
    const { hash, policies } = this.bundles.standard;
    return { hash, policies: [...policies.values()] };
  }

  @Get(':type')
  @Access('read', { any: ['check'] })
  @Answers(200, policySchema.extend({ hash: z.string() }))
  one(@Param('type') type: string) {
    const { hash, policies } = this.bundles.standard;
    const policy = policies.get(type);
    if (!policy) throw problem('not_found', { type: 'policy', id: type });
    return { hash, ...policy };
  }
}
