import { type ErrorCode, WherryError } from '../core/errors.ts';
import { formatAddress, type TargetAddress } from './address.ts';

const codes: Readonly<Record<string, readonly [ErrorCode, hint: string]>> = {
  EADDRINUSE: ['PORT_TAKEN', 'stop what listens there, or choose another port'],
  EACCES: ['PERMISSION', 'choose a port from 1024 on, or run as a user who may'],
  EADDRNOTAVAIL: ['INVALID', 'listen on an address of this machine'],
  ENOTFOUND: ['INVALID', 'listen on an address of this machine'],
};

/** Why a port cannot be listened on. */
export function listenError(cause: unknown, address: TargetAddress, protocol: 'tcp' | 'udp'): WherryError {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  const [errorCode, hint] = codes[code] ?? ['INTERNAL', undefined];
  return new WherryError(errorCode, `cannot listen on ${formatAddress(address)}/${protocol}: ${message}`, {
    cause,
    hint,
    details: { ...address, protocol },
  });
}
