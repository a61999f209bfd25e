/** What the service answered; the body is parsed where it is JSON and text where it is not. */
export interface ApiResponse<Body = unknown> {
  status: number;
  headers: Headers;
  body: Body;
}

export type ApiHeaders = Record<string, string>;

type Method = 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE';

/**
 * A client of the HTTP API for tests, with one key. It never throws on a status: a test says which one it expects.
 * A text body is sent as it is, under the `content-type` that the caller gives; any other body is sent as JSON.
 * The type of an answer's body is the caller's word for it: nothing checks it but the test's own expectations.
 */
export class Api {
  constructor(
    private readonly baseUrl: string,
    private readonly key?: string,
    private readonly defaults: ApiHeaders = {},
  ) {}

  /** The same client with these headers on every request too, `Cardea-Actor` for instance. */
  with(headers: ApiHeaders): Api {
    return new Api(this.baseUrl, this.key, { ...this.defaults, ...headers });
  }

  /** The same client, acting for a collaborator. */
  as(collaborator: string): Api {
    return this.with({ 'cardea-actor': collaborator });
  }

  get<Body = unknown>(path: string, headers?: ApiHeaders): Promise<ApiResponse<Body>> {
    return this.send('GET', path, undefined, headers);
  }

  put<Body = unknown>(path: string, body?: unknown, headers?: ApiHeaders): Promise<ApiResponse<Body>> {
    return this.send('PUT', path, body, headers);
  }

  post<Body = unknown>(path: string, body?: unknown, headers?: ApiHeaders): Promise<ApiResponse<Body>> {
    return this.send('POST', path, body, headers);
  }

  patch<Body = unknown>(path: string, body?: unknown, headers?: ApiHeaders): Promise<ApiResponse<Body>> {
    return this.send('PATCH', path, body, headers);
  }

  delete<Body = unknown>(path: string, headers?: ApiHeaders): Promise<ApiResponse<Body>> {
    return this.send('DELETE', path, undefined, headers);
  }

  private async send<Body>(
    method: Method,
    path: string,
    body: unknown,
    headers: ApiHeaders = {},
  ): Promise<ApiResponse<Body>> {
    const isText = typeof body === 'string';
    const response = await fetch(`${this.baseUrl}${path}`, {
      method,
      headers: {
        ...(this.key === undefined ? {} : { authorization: `Bearer ${this.key}` }),
        ...(body === undefined || isText ? {} : { 'content-type': 'application/json' }),
        ...this.defaults,
        ...headers,
      },
      body: body === undefined || isText ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = /^application\/([a-z.-]+\+)?json\b/.test(response.headers.get('content-type') ?? '');
    const parsed: unknown = isJson && text !== '' ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body: parsed as Body };
  }
}

/** The path of an office, or of something in it: every part is encoded, for ids hold slashes and worse. */
export function officePath(office: string, ...parts: readonly string[]): string {
  return ['/v1/offices', ...[office, ...parts].map(encodeURIComponent)].join('/');
}
