import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './api-error.js';

/** Statuses that another try may get past: the service is restarting, or has too much to do. */
const passing: readonly number[] = [0, 429, 502, 503, 504];
const maxTries = 3;

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => failures < maxTries && error instanceof ApiError && passing.includes(error.status),
        retryDelay: (failures, error) =>
          (error instanceof ApiError ? error.retryAfterMs : undefined) ?? 500 * 2 ** failures,
      },
      mutations: { retry: false },
    },
  });
}
