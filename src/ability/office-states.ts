import { Budget } from './generations.js';
import { OfficeState } from './office-state.js';

/** Bounds of the process cache, in entries of all offices together. */
export interface CacheBounds {
  /** An ability takes some 5 kB. */
  subjects: number;
  /** The facts of a dossier take some 500 bytes. */
  dossiers: number;
  offices: number;
}

export const defaultBounds: CacheBounds = { subjects: 10_000, dossiers: 200_000, offices: 10_000 };

/** The offices that the process has been asked about. */
export class OfficeStates {
  private readonly states = new Map<string, OfficeState>();
  private readonly subjects: Budget;
  private readonly dossiers: Budget;

  constructor(
    private readonly bounds: CacheBounds = defaultBounds,
    onEvict?: (count: number) => void,
  ) {
    this.subjects = new Budget(bounds.subjects, onEvict);
    this.dossiers = new Budget(bounds.dossiers, onEvict);
  }

  find(office: string): OfficeState | undefined {
    return this.states.get(office);
  }

  /** The office's state, begun where there is none; past the bound, the one begun first is let go. */
  get(office: string): OfficeState {
    const known = this.states.get(office);
    if (known) return known;
    const [oldest] = this.states.keys();
    if (this.states.size >= this.bounds.offices && oldest !== undefined) this.forget(oldest);
    const state = new OfficeState(this.subjects, this.dossiers);
    this.states.set(office, state);
    return state;
  }

  forget(office: string): void {
    this.states.get(office)?.release();
    this.states.delete(office);
  }

  /** Entries held of all offices. */
  sizes(): { offices: number; subjects: number; dossiers: number } {
    return { offices: this.states.size, subjects: this.subjects.size, dossiers: this.dossiers.size };
  }
}
