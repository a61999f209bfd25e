import {
  applyDecorators,
  HttpCode,
  SerializeOptions,
  StandardSchemaSerializerInterceptor,
  UseInterceptors,
} from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import { AnswerInterceptor } from './answer.interceptor.js';

/** How an answer is described and checked. */
export interface AnswerOptions {
  /** For the OpenAPI document. */
  description?: string;
  /**
   * `false` only documents the schema. For routes where the check would cost as much as the answer, and whose tests
   * compare answers with the schema instead.
   */
  checked?: boolean;
}

/**
 * Declares what a route answers on success: the status, the schema in the OpenAPI document, and a check of every
 * answer against it. An answer that does not match, a member too many of a strict object included, becomes a 500 and
 * is not sent: a leak is a failure that tests see.
 */
export function Answers(status: number, schema: z.ZodType, options: AnswerOptions = {}): MethodDecorator {
  const documented = [
    HttpCode(status),
    ApiResponse({ status, standardSchema: schema, description: options.description ?? 'Done.' }),
  ];
  if (options.checked === false) return applyDecorators(...documented);
  return applyDecorators(
    ...documented,
    SerializeOptions({ schema }),
    // The inner one first: what is checked is the body of an Answer.
    UseInterceptors(StandardSchemaSerializerInterceptor, AnswerInterceptor),
  );
}
