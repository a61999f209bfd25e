/** The body of an error (RFC 9457), as far as the console reads it. */
export interface Problem {
  title: string;
  status: number;
  code: string;
  /** Says what is wrong, with the names of what is concerned, in the language of the console. */
  detail: string;
  errors?: { path: string; message: string }[];
  requestId?: string;
  /** Of `stale_version`: what has changed since. */
  changes?: unknown;
}

/** An answer that is not a success. `status` 0 and code `unreachable`: there was none. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly problem: Problem,
    readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(problem.detail || problem.title || problem.code, options);
  }

  get status(): number {
    return this.problem.status;
  }

  get code(): string {
    return this.problem.code;
  }

  /** Reads an answer that says no; one that is no problem of the service's own keeps its status. */
  static async of(response: Response): Promise<ApiError> {
    const seconds = Number(response.headers.get('retry-after'));
    const retryAfterMs = seconds > 0 ? seconds * 1000 : undefined;
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
    const body: unknown = isProblem ? await response.json() : null;
    const problem = { title: '', code: 'unexpected', detail: '', ...(body as object | null), status: response.status };
    return new ApiError(problem, retryAfterMs);
  }

  static unreachable(cause: unknown): ApiError {
    return new ApiError({ title: '', status: 0, code: 'unreachable', detail: '' }, undefined, { cause });
  }
}

/** What was thrown, where it is an answer with this code. */
export function hasCode(error: unknown, ...codes: string[]): error is ApiError {
  return error instanceof ApiError && codes.includes(error.code);
}
