import { isWherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import { abortable } from '../engine-api/abortable.ts';
import type { EngineConnection } from '../engine-api/connection.ts';

/** How well Podman's network stack can keep strangers off a network. */
export class Walls {
  readonly #connection: EngineConnection;
  #strict: Promise<boolean> | undefined;

  constructor(connection: EngineConnection) {
    this.#connection = connection;
  }

  /** Whether a network can be isolated from all others; else only from those that are isolated too. */
  async areStrict(options: CallOptions = {}): Promise<boolean> {
    if (this.#strict === undefined) {
      const asked = this.#ask();
      this.#strict = asked;
      asked.catch(() => {
        this.#strict = undefined;
      });
    }
    return abortable(this.#strict, options.signal);
  }

  /** Podman does not tell, so it is asked for a network that cannot be: its gateway lies outside. The option is read first. */
  async #ask(): Promise<boolean> {
    try {
      await this.#connection.call({
        method: 'POST',
        path: '/v4.0.0/libpod/networks/create',
        versioned: false,
        json: {
          name: 'wherry-probe',
          driver: 'bridge',
          options: { isolate: 'strict' },
          subnets: [{ subnet: '192.0.2.0/24', gateway: '198.51.100.1' }],
        },
      });
    } catch (error) {
      // Anything else is no answer.
      if (!isWherryError(error, 'ENGINE', 'INVALID', 'NOT_FOUND', 'CONFLICT')) throw error;
      return /not in subnet/i.test(error.message);
    }
    return false;
  }
}
