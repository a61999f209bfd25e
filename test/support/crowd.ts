import { Agent, request as send } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

/** One thing that a crowd asks, and what a 200 to it must look like. */
export interface CrowdRequest {
  what: string;
  method: string;
  path: string;
  headers?: Record<string, string>;
  body?: string;
  isRight: (body: string) => boolean;
}

/** How long a client that was refused waits: half of what it is told at least. */
const pauseMs = 500;

/** Clients that each ask again as soon as they were answered, over a connection of their own. */
export class Crowd {
  /** How often each request was answered with each status: `check 200`. */
  readonly answers = new Map<string, number>();
  /** Answers that nobody may ever get. */
  readonly faults = new Set<string>();
  private readonly agent: Agent;
  private readonly work: Promise<void>[];
  private stopping = false;

  constructor(
    private readonly url: string,
    private readonly headers: Record<string, string>,
    requests: readonly CrowdRequest[],
    clients: number,
  ) {
    this.agent = new Agent({ keepAlive: true, maxSockets: clients });
    this.work = Array.from({ length: clients }, (_, n) => this.run(requests[n % requests.length] as CrowdRequest));
  }

  /** Lets what is under way end. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.work);
    this.agent.destroy();
  }

  /** How many answers there were to requests and with statuses that match. */
  count(pattern: RegExp): number {
    return [...this.answers].reduce((sum, [name, times]) => sum + (pattern.test(name) ? times : 0), 0);
  }

  private async run(asked: CrowdRequest): Promise<void> {
    while (!this.stopping) {
      const { status, retryAfter, body } = await this.ask(asked);
      const name = `${asked.what} ${status}`;
      this.answers.set(name, (this.answers.get(name) ?? 0) + 1);
      const isRefusal = (status === 503 || status === 429) && Number(retryAfter) > 0 && !body.includes('allowed');
      const isAnswer = status === 200 && asked.isRight(body);
      if (!isRefusal && !isAnswer) this.faults.add(`${name}: ${body.slice(0, 200)}`);
      if (isRefusal) await sleep(pauseMs);
    }
  }

  private ask({ method, path, headers, body }: CrowdRequest) {
    return new Promise<{ status: number; retryAfter?: string; body: string }>((resolve) => {
      const failed = (error: Error) => resolve({ status: 0, body: error.message });
      const options = { agent: this.agent, method, headers: { ...this.headers, ...headers } };
      const sent = send(`${this.url}${path}`, options, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        response.on('error', failed);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body: text }),
        );
      });
      sent.on('error', failed);
      sent.end(body);
    });
  }
}
