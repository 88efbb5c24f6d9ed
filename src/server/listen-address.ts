import { isIP } from 'node:net';
import { WherryError } from '../core/errors.ts';

/** Where a server listens. */
export interface ListenAddress {
  host: string;
  port: number;
}

/**
 * `:9464` and `9464` (loopback), `127.0.0.1:9464`, `[::1]:9464`, `name:9464`; port 0 takes a free one. Whoever wants to be
 * reached from outside names the address: `0.0.0.0:9464`. `INVALID` for anything else.
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:(?:\[([^\]]+)\]|([\w.-]*)):)?(\d{1,5})$/.exec(text.trim());
  const [, bracketed, plain, digits = ''] = match ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  const isWrong = match === null || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6);
  if (isWrong) {
    throw new WherryError('INVALID', `"${text}" is not an address to listen on`, {
      hint: 'write :9464, 127.0.0.1:9464 or [::1]:9464, with a port of at most 65535',
    });
  }
  return { host: host || '127.0.0.1', port };
}

/** `http://127.0.0.1:9464` */
export function httpUrl({ host, port }: ListenAddress): string {
  return `http://${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
}
