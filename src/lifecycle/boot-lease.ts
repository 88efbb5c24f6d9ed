import type { Lease } from '../core/index.ts';

/** Keeps a service up until it is released. */
export class BootLease implements Lease {
  /** Fires when the service goes down all the same: it failed, or was stopped. */
  readonly lost: AbortSignal;
  #takeBack: (() => void) | undefined;

  constructor(lost: AbortSignal, takeBack: () => void) {
    this.lost = lost;
    this.#takeBack = takeBack;
  }

  release(): void {
    const takeBack = this.#takeBack;
    this.#takeBack = undefined;
    takeBack?.();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.release();
  }
}
