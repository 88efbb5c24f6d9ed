import { WherryError } from '../core/errors.ts';

/** Turns what the operating system or TLS said about a connection to `address` into a {@link WherryError}. */
export function connectionError(cause: unknown, address: string): WherryError {
  if (cause instanceof WherryError) return cause;
  const code = errorCode(cause);
  const tls = tlsError(code, cause, address);
  if (tls !== undefined) return tls;
  const details = { address, errno: code };
  switch (code) {
    case 'ENOENT':
      return new WherryError('UNAVAILABLE', `nothing listens at ${address}: the socket does not exist`, {
        hint: 'Start the engine, or name the socket that it listens on.',
        details,
        cause,
      });
    case 'ECONNREFUSED':
      return new WherryError('UNAVAILABLE', `nothing listens at ${address}: the connection was refused`, {
        hint: 'Start the engine, or check the address that it listens on.',
        details,
        cause,
      });
    case 'EACCES':
    case 'EPERM':
      return new WherryError('PERMISSION', `this user may not connect to ${address}`, {
        hint: "Add the user to the socket's group (for Docker: `sudo usermod -aG docker $USER`, then log in again), or use sudo.",
        details,
        cause,
      });
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new WherryError('UNAVAILABLE', `the host name of ${address} cannot be resolved`, {
        hint: 'Check the host name and the name servers.',
        details,
        cause,
      });
    case 'EINVAL':
    case 'ENAMETOOLONG':
      return new WherryError('INVALID', `${address} is not an address that can be connected to`, {
        hint: 'The path of a unix socket holds at most 107 bytes.',
        details,
        cause,
      });
    default:
      return new WherryError('UNAVAILABLE', `cannot reach ${address}: ${messageOf(cause)}`, {
        hint: 'Check that the engine runs and that the address is right.',
        details,
        cause,
      });
  }
}

export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What OpenSSL says in words; its whole message has addresses and source files in it. */
function reasonOf(error: unknown): string {
  const hasReason = typeof error === 'object' && error !== null && 'reason' in error;
  return hasReason && typeof error.reason === 'string' ? error.reason : messageOf(error).trim();
}

const serverCertificateCodes: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function tlsError(code: string | undefined, cause: unknown, address: string): WherryError | undefined {
  if (code === undefined) return undefined;
  if (serverCertificateCodes.has(code)) {
    return new WherryError(
      'UNAVAILABLE',
      `the certificate of ${address} is not trusted: ${messageOf(cause)}`,
      {
        hint: 'Check the CA file, the name in the address and the dates of the server certificate.',
        details: { address, tls: code, side: 'server' },
        cause,
      },
    );
  }
  if (/^ERR_SSL_.*ALERT/.test(code)) {
    return new WherryError('UNAVAILABLE', `${address} refused our TLS certificate: ${reasonOf(cause)}`, {
      hint: 'Check the client certificate and key, and that the server trusts the CA that signed them.',
      details: { address, tls: code, side: 'client' },
      cause,
    });
  }
  if (code.startsWith('ERR_OSSL_') || code === 'ERR_CRYPTO_INVALID_STATE' || code.startsWith('ERR_SSL_NO_')) {
    return new WherryError('UNAVAILABLE', `the TLS files for ${address} cannot be used: ${reasonOf(cause)}`, {
      hint: 'Check that the CA, certificate and key files are PEM and belong together.',
      details: { address, tls: code, side: 'client' },
      cause,
    });
  }
  if (code.startsWith('ERR_SSL_')) {
    return new WherryError('UNAVAILABLE', `${address} does not speak TLS: ${reasonOf(cause)}`, {
      hint: 'Check the port, and whether the engine listens with TLS there.',
      details: { address, tls: code, side: 'protocol' },
      cause,
    });
  }
  return undefined;
}
