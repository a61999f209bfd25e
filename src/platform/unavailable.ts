/** Something the service depends on is away: nothing reliable can be said. Answered with 503 and `Retry-After`. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
}
