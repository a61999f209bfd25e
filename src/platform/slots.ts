import { problem } from './errors.js';

/** A bound on how much of something long and large goes on at once in this process. */
export class Slots {
  #taken = 0;
  readonly #waiting: (() => void)[] = [];

  /** @param mostWaiting how many more {@link turn} lets wait */
  constructor(
    private readonly most: number,
    private readonly mostWaiting = 0,
  ) {}

  /**
   * Takes a place.
   *
   * @returns gives it back; once is enough
   * @throws `too_many_requests` where all are taken
   */
  take(): () => void {
    if (this.#taken >= this.most) throw problem('too_many_requests', {}, { headers: { 'retry-after': '30' } });
    this.#taken++;
    return this.#place();
  }

  /** Like {@link take}, where all are taken after those who wait already. @throws `too_many_requests` where too many do */
  async turn(): Promise<() => void> {
    if (this.#taken < this.most || this.#waiting.length >= this.mostWaiting) return this.take();
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#place();
  }

  #place(): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      // Handed on as it is taken: nobody who comes just now gets before those who wait.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#taken--;
    };
  }
}
