/** What a write answers: the status, the body and, where the thing is versioned, its entity tag. */
export class Answer<T = unknown> {
  constructor(
    readonly body: T,
    readonly status = 200,
    readonly etag?: string,
  ) {}
}
