const NEWLINE = 0x0a;

/** Finds newlines so that every byte of a chunk is searched once, however many frames the chunk holds. */
export class NewlineFinder {
  #source: Buffer | undefined;
  #from = 0;
  #at = 0;

  find(source: Buffer, from: number): number {
    const known = this.#source === source && from >= this.#from && (this.#at === -1 || from <= this.#at);
    if (!known) {
      this.#source = source;
      this.#from = from;
      this.#at = source.indexOf(NEWLINE, from);
    }
    return this.#at;
  }
}
