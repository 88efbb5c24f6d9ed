import { WherryError } from '../core/errors.ts';
import type { TargetAddress } from './address.ts';

/** The addresses of a service, handed out in turn. */
export class Targets {
  #addresses: readonly TargetAddress[];
  #next = 0;

  constructor(addresses: readonly TargetAddress[]) {
    this.#addresses = addresses;
  }

  replace(addresses: readonly TargetAddress[]): void {
    this.#addresses = addresses;
    this.#next = 0;
  }

  /** Fails with `CONFLICT` when there is none. */
  next(): TargetAddress {
    const address = this.#addresses[this.#next % this.#addresses.length];
    this.#next += 1;
    if (address === undefined) throw new WherryError('CONFLICT', 'nobody said where the service answers');
    return address;
  }
}
