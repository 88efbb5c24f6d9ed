import type { TlsFiles } from '../../core/config.ts';
import { WherryError } from '../../core/errors.ts';
import { type Dialer, tcpDialer, tlsDialer, unixDialer } from '../../transport/dialer.ts';

/** Where an engine is, in the words of DOCKER_HOST and CONTAINER_HOST. */
export interface EngineEndpoint {
  host: string;
  tls?: TlsFiles | undefined;
}

/**
 * The dialer for an engine's host: `unix:///path`, `tcp://host[:port]` (2375, with TLS 2376), `http://` and `https://` as
 * other words for it; as for docker, `host:port` and `:port` mean tcp, and no host means localhost. `UNSUPPORTED` for
 * `npipe://` and `ssh://`, `INVALID` for anything else.
 */
export function hostDialer({ host: written, tls }: EngineEndpoint): Dialer {
  const host = written.trim();
  const hasScheme = host.includes('://');
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.*)$/.exec(hasScheme ? host : `tcp://${host}`) ?? [];
  switch (scheme) {
    case 'unix':
      if (!rest.startsWith('/')) throw invalid(host, 'a unix socket needs an absolute path: unix:///path');
      return unixDialer(rest);
    case 'tcp':
    case 'http':
    case 'https': {
      const secure = tls !== undefined || scheme === 'https';
      const { name, port } = hostAndPort(host, rest, secure ? 2376 : 2375);
      if (!secure) return tcpDialer(name, port);
      const key = tls?.key?.reveal();
      return tlsDialer(name, port, {
        ca: tls?.ca,
        cert: tls?.cert,
        key: key === undefined ? undefined : Buffer.from(key),
        rejectUnauthorized: tls?.verify ?? true,
      });
    }
    case 'ssh':
      throw new WherryError('UNSUPPORTED', `${host}: engines behind ssh are not reached by their address`, {
        hint: 'forward the socket (`ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST`) and use unix:///tmp/docker.sock',
        details: { host },
      });
    case 'npipe':
      throw new WherryError('UNSUPPORTED', `${host}: named pipes of Windows are not supported`, {
        hint: 'run inside WSL, or let Docker Desktop expose tcp://localhost:2375',
        details: { host },
      });
    default:
      throw invalid(host, 'write unix:///path or tcp://host:port');
  }
}

function hostAndPort(host: string, rest: string, defaultPort: number): { name: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/[\]\s]*))(?::(\d+))?\/?$/.exec(rest);
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  if (match === null || port < 1 || port > 65_535) {
    throw invalid(host, host.startsWith('/') ? `write unix://${host}` : 'write tcp://host:port');
  }
  return { name: match[1] || match[2] || 'localhost', port };
}

function invalid(host: string, hint: string): WherryError {
  return new WherryError('INVALID', `"${host}" is not the address of an engine`, { hint, details: { host } });
}
