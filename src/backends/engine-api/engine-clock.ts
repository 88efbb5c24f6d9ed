import type { EngineConnection } from './connection.ts';

/**
 * The engine's time at the moment of the call, in ms. Behind a unix socket it is our own clock; another host's is
 * compared with ours once.
 */
export class EngineClock {
  readonly #connection: EngineConnection;
  #skew: number | undefined;

  constructor(connection: EngineConnection) {
    this.#connection = connection;
    if (connection.address.startsWith('unix://')) this.#skew = 0;
  }

  async now(signal: AbortSignal): Promise<number> {
    const asked = Date.now();
    this.#skew ??= await this.#measure(signal);
    return asked + this.#skew;
  }

  /** Rounded towards the past by what the answer took, so that nothing that follows the call is before it. */
  async #measure(signal: AbortSignal): Promise<number> {
    const asked = Date.now();
    const { SystemTime } = await this.#connection.json<{ SystemTime?: string }>({ path: '/info', signal });
    const told = Date.parse(SystemTime ?? '');
    return Number.isNaN(told) ? 0 : told - Date.now() - (Date.now() - asked);
  }
}
