import createClient, { type Middleware } from 'openapi-fetch';
import { currentLanguage } from '../i18n/language.js';
import { csrfToken } from '../session/csrf.js';
import { signIn } from '../session/sign-in.js';
import { ApiError } from './api-error.js';
import type { paths } from './schema.js';

const safeMethods = ['GET', 'HEAD'];

const ours: Middleware = {
  onRequest({ request }) {
    request.headers.set('accept-language', currentLanguage());
    const token = csrfToken();
    if (token && !safeMethods.includes(request.method)) request.headers.set('x-csrf-token', token);
    return request;
  },
  async onResponse({ response }) {
    // 304 is the browser's business; what reaches us is whole.
    if (response.ok) return response;
    const error = await ApiError.of(response);
    if (error.status === 401) signIn();
    throw error;
  },
  onError({ error }) {
    return ApiError.unreachable(error);
  },
};

/**
 * The API of the service with its own types: `api.GET('/v1/offices/{office}/dossiers', { params: … })`. Throws an
 * {@link ApiError} for every answer that is not a success; without a session it goes to sign in.
 */
export const api = createClient<paths>({ baseUrl: window.location.origin });
api.use(ours);

/** What an answer says, and the version that it says it of. */
export interface Answer<Body> {
  body: Body;
  etag: string | null;
}

/** The body of an answer with its entity tag: `const { body, etag } = await answerOf(api.GET(…))`. */
export async function answerOf<Body>(call: Promise<{ data?: Body; response: Response }>): Promise<Answer<Body>> {
  const { data, response } = await call;
  return { body: data as Body, etag: response.headers.get('etag') };
}

/** The body alone. */
export async function bodyOf<Body>(call: Promise<{ data?: Body; response: Response }>): Promise<Body> {
  return (await answerOf(call)).body;
}

/** The same key gives the same answer, so that a write that is sent twice is done once. One for each intent to write. */
export function newIdempotencyKey(): string {
  return crypto.randomUUID();
}
