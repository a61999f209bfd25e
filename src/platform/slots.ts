import { problem } from './errors.js';

/** A bound on how much of something long and large goes on at once in this process. */
export class Slots {
  #taken = 0;

  constructor(private readonly most: number) {}

  /**
   * Takes a place.
   *
   * @returns gives it back; once is enough
   * @throws `too_many_requests` where all are taken
   */
  take(): () => void {
    if (this.#taken >= this.most) throw problem('too_many_requests', {}, { headers: { 'retry-after': '30' } });
    this.#taken++;
    let isHeld = true;
    return () => {
      if (isHeld) this.#taken--;
      isHeld = false;
    };
  }
}
