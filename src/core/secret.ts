const inspect = Symbol.for('nodejs.util.inspect.custom');

/** Text that must not be shown: it prints as `***` in logs, templates, JSON and the console. `reveal()` is the only way out. */
export class Secret {
  readonly #value: string | Uint8Array;

  constructor(value: string | Uint8Array) {
    this.#value = value;
  }

  reveal(): string | Uint8Array {
    return this.#value;
  }

  toString(): string {
    return '***';
  }

  toJSON(): string {
    return '***';
  }
}

Object.defineProperty(Secret.prototype, inspect, { value: () => '***' });
