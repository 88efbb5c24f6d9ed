import { bracketed } from '../core/host-port.ts';

/** Where a service answers. */
export interface TargetAddress {
  /** Name or IP address. */
  host: string;
  port: number;
}

/** `127.0.0.1:8080`, `[::1]:8080`. */
export function formatAddress({ host, port }: TargetAddress): string {
  return `${bracketed(host)}:${port}`;
}
