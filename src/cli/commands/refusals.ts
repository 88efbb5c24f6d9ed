/** ms within which refusals for one reason are told together. */
const together = 1000;

/** Tells the first of many refusals at once, and of those that follow it soon how many there were. */
export class Refusals {
  readonly #tell: (service: string, reason: string, more: number | null) => void;
  readonly #counts = new Map<string, number>();

  /** `more`: null for the first one, else how many followed it. */
  constructor(tell: (service: string, reason: string, more: number | null) => void) {
    this.#tell = tell;
  }

  add(service: string, reason: string): void {
    const key = `${service}\n${reason}`;
    const count = this.#counts.get(key);
    this.#counts.set(key, count === undefined ? 0 : count + 1);
    if (count !== undefined) return;
    this.#tell(service, reason, null);
    setTimeout(() => this.#end(key, service, reason), together).unref();
  }

  #end(key: string, service: string, reason: string): void {
    const more = this.#counts.get(key) ?? 0;
    this.#counts.delete(key);
    if (more > 0) this.#tell(service, reason, more);
  }
}
