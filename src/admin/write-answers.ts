import {
  applyDecorators,
  HttpCode,
  SerializeOptions,
  StandardSchemaSerializerInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { ApiHeader, ApiQuery, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { AnswerInterceptor } from '#src/platform/answer.interceptor.js';

/**
 * Declares a write: its answer (the thing as it is now, with revision and warnings, or the preview of a dry run), and
 * the headers and query members that every write understands.
 */
export function WriteAnswers(schema: z.ZodType, options: { creates?: boolean } = {}): MethodDecorator {
  const statuses = options.creates ? [200, 201] : [200];
  return applyDecorators(
    HttpCode(200),
    ...statuses.map((status) =>
      ApiResponse({ status, standardSchema: schema, description: status === 201 ? 'Made.' : 'Done.' }),
    ),
    ApiHeader({ name: 'If-Match', required: false, description: 'The ETag that the change is based on, or `*`.' }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'The same key gives the same answer for 24 hours.',
    }),
    ApiHeader({ name: 'Cardea-Actor', required: false, description: 'The collaborator that an API key acts for.' }),
    ApiQuery({
      name: 'dryRun',
      required: false,
      description: '`true`: answers with the impact and changes nothing.',
      schema: { type: 'boolean' },
    }),
    ApiQuery({
      name: 'reason',
      required: false,
      description: 'Kept in the audit trail.',
      schema: { type: 'string', maxLength: 1000 },
    }),
    SerializeOptions({ schema }),
    UseInterceptors(StandardSchemaSerializerInterceptor, AnswerInterceptor),
  );
}
