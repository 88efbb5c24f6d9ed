const ctrlP = 0x10;
const ctrlQ = 0x11;

/** Finds Ctrl-P Ctrl-Q, docker's keys to let go of a container, in what is typed. */
export class DetachKeys {
  #afterP = false;

  /** Whether the second key is in `data`, directly after the first one. */
  seen(data: Uint8Array): boolean {
    for (const byte of data) {
      if (this.#afterP && byte === ctrlQ) return true;
      this.#afterP = byte === ctrlP;
    }
    return false;
  }
}
