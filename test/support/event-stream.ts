/** One server-sent event, or a comment. */
export interface StreamEvent {
  id?: string;
  event?: string;
  data?: string;
  comment?: string;
}

/** An open stream of server-sent events. */
export interface EventStream {
  response: Response;
  /** The next event; comments in between are passed over unless asked for. Throws where the stream ends first. */
  next(kind?: 'event' | 'comment'): Promise<StreamEvent>;
  /** Resolves once the service has ended the stream. */
  ended(): Promise<void>;
  close(): void;
}

/** Opens a stream with `fetch`, which does not reconnect by itself. @param key `undefined`: by the headers alone */
export async function openStream(
  url: string,
  key: string | undefined,
  headers: Record<string, string> = {},
): Promise<EventStream> {
  const authorization: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  const abort = new AbortController();
  const response = await fetch(url, {
    headers: { ...authorization, accept: 'text/event-stream', ...headers },
    signal: abort.signal,
  });
  const events = response.ok && response.body ? parse(response.body) : undefined;
  return {
    response,
    async next(kind = 'event') {
      if (!events) throw new Error(`no stream: ${response.status}`);
      for (;;) {
        const { value, done } = await events.next();
        if (done) throw new Error('the stream has ended');
        if ((value.comment === undefined) === (kind === 'event')) return value;
      }
    },
    async ended() {
      while (events && !(await events.next()).done);
    },
    close: () => abort.abort(),
  };
}

async function* parse(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent, undefined> {
  let rest = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) yield eventOf(block);
  }
  return undefined;
}

function eventOf(block: string): StreamEvent {
  const fields = block.split('\n').map((line) => /^(\w*): ?(.*)$/.exec(line)?.slice(1) ?? [line, '']);
  return Object.fromEntries(fields.map(([name, value]) => [name || 'comment', value]));
}
