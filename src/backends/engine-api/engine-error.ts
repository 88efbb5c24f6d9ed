import { type ErrorCode, type ErrorFields, WherryError } from '../../core/errors.ts';

/** An answer of the engine outside 2xx. */
export interface EngineRefusal {
  status: number;
  method: string;
  path: string;
  /** The body as text: JSON with `message` (Docker) or `cause` and `message` (Podman), or plain text from a proxy. */
  text: string;
}

interface Verdict {
  code: ErrorCode;
  hint?: string;
  details?: Record<string, unknown>;
}

/**
 * The typed error for a refusal. The status decides, unless the engine's text tells better: engines answer 500 for
 * faults of the user (a taken port, a missing mount source) and 409 for two different things.
 */
export function engineError(refusal: EngineRefusal): WherryError {
  const { status, method, path } = refusal;
  const message =
    withoutDump(engineMessage(refusal.text)) || `the engine answered ${status} to ${method} ${path}`;
  const { code, hint, details } = byText(message, status) ?? byStatus(status);
  const fields: ErrorFields = { hint, details: { status, method, path, ...details } };
  return new WherryError(code, message, fields);
}

/** The readable part of an error body. */
export function engineMessage(text: string): string {
  const trimmed = text.trim();
  // The page of a proxy or of a web server says nothing that fits in a line.
  if (trimmed.startsWith('<')) return '';
  if (!trimmed.startsWith('{')) return trimmed.slice(0, 2000);
  try {
    const body: unknown = JSON.parse(trimmed);
    if (typeof body === 'object' && body !== null && 'message' in body && typeof body.message === 'string') {
      return body.message.trim();
    }
  } catch {
    // Cut or foreign JSON is shown as it came.
  }
  return trimmed.slice(0, 2000);
}

/** Podman prints the request of its tar copier, some kilobytes of Go, before what went wrong. */
function withoutDump(message: string): string {
  return message.replace(/error during bulk transfer for copier\.request\{.*\}: /s, '');
}

/** Which host port a text of the engine says to be taken; null when it does not speak of that. */
export function takenPort(message: string): { port: number | null; hostIp: string | null } | null {
  if (!/port is already allocated|address already in use|ports are not available/i.test(message)) return null;
  const patterns = [
    /bind for (\S+?):(\d+) failed/i,
    /failed to bind host port (?:for )?(\S+?):(\d+)[:/]/i,
    /listen (?:tcp|udp|sctp)\d? (\S*?):(\d+):/i,
    /exposing port (?:TCP|UDP|SCTP) (\S+?):(\d+)/i,
  ];
  for (const pattern of patterns) {
    const match = pattern.exec(message);
    if (match?.[2] !== undefined) {
      return { port: Number(match[2]), hostIp: match[1]?.replace(/^\[|\]$/g, '') || null };
    }
  }
  return { port: null, hostIp: null };
}

function byText(message: string, status: number): Verdict | undefined {
  const port = takenPort(message);
  if (port !== null) {
    return {
      code: 'PORT_TAKEN',
      hint: 'choose another host port, or 0 to let the engine choose, or stop what holds it',
      details: { port: port.port, hostIp: port.hostIp },
    };
  }
  for (const { pattern, verdict } of knownTexts) {
    if (pattern.test(message)) return verdict;
  }
  if (
    status === 409 &&
    /already in use|already exists/i.test(message) &&
    !/in use by|is in use/i.test(message)
  ) {
    return { code: 'ALREADY_EXISTS' };
  }
  return undefined;
}

function byStatus(status: number): Verdict {
  switch (status) {
    case 400:
      return { code: 'INVALID' };
    case 401:
      return { code: 'UNAUTHORIZED', hint: 'log in to the registry (`docker login`), or give credentials' };
    case 403:
      return { code: 'PERMISSION' };
    // The engine's router sends clients on from paths with `..` or empty parts: no thing has such a name.
    case 301:
    case 404:
      return { code: 'NOT_FOUND' };
    case 405:
    case 501:
      return { code: 'UNSUPPORTED' };
    case 409:
      return { code: 'CONFLICT' };
    case 502:
    case 503:
    case 504:
      return { code: 'UNAVAILABLE' };
    default:
      return { code: 'ENGINE' };
  }
}

/** Texts that say more than their status. The first that matches decides. */
const knownTexts: readonly { pattern: RegExp; verdict: Verdict }[] = [
  {
    pattern: /client version [\d.]+ is too (new|old)/i,
    verdict: { code: 'UNAVAILABLE', hint: 'leave the API version out, so that it is negotiated' },
  },
  {
    pattern: /no space left on device|disk quota exceeded|not enough space/i,
    verdict: { code: 'NO_SPACE', hint: 'free space on the disk of the engine: `wherry gc`, or prune images' },
  },
  {
    pattern: /no available IPv[46] addresses|failed to find free IP in range/i,
    verdict: {
      code: 'ENGINE',
      hint: 'its subnet has no address left: give the network a larger one, or remove containers that are attached to it',
    },
  },
  {
    pattern: /pool overlaps with|subnet \S+ is already used on the host or by another config/i,
    verdict: { code: 'CONFLICT', hint: 'choose a subnet that no network of the engine or its host has' },
  },
  {
    pattern: /address pools? have been fully subnetted|could not find free subnet/i,
    verdict: {
      code: 'CONFLICT',
      hint: 'remove networks that nobody uses, or give this one a subnet of its own (`ipam`)',
    },
  },
  {
    pattern:
      /(container |pod )?name .*is already in use|name .* is in use by container|UNIQUE constraint failed: ContainerConfig\.Name/i,
    verdict: { code: 'ALREADY_EXISTS', hint: 'remove or rename the other one, or choose another name' },
  },
  {
    pattern: /(network|volume)( with( the)? name)? .*already exists/i,
    verdict: { code: 'ALREADY_EXISTS' },
  },
  {
    pattern:
      /bind source path does not exist|statfs .*no such file or directory|stat .*: no such file or directory.*mount/i,
    verdict: {
      code: 'NOT_FOUND',
      hint: "create the directory on the engine's host, or set `createHostPath`",
      details: { kind: 'mount source' },
    },
  },
  {
    pattern:
      /has active endpoints|is in use|is being used|has dependent containers|being used by|network is ambiguous|cannot remove a running/i,
    verdict: { code: 'CONFLICT' },
  },
  {
    pattern:
      /can only (create exec sessions|be used) on running containers|container .* is not running|cannot .* a paused container|is (not )?paused|container state improper/i,
    verdict: { code: 'CONFLICT' },
  },
  {
    pattern:
      /executable file .*not found|exec: ".*": (stat .*)?(no such file or directory|permission denied|is a directory)|exec format error|crun: .*no such file or directory/i,
    verdict: {
      code: 'INVALID',
      hint: 'check the command: the program must be in the image, executable and built for this platform',
      details: { kind: 'command' },
    },
  },
  {
    pattern: /rootfs is marked read-only|copier: put: .*read-only file system/i,
    verdict: { code: 'CONFLICT', hint: 'copy to a path on a volume: the root file system is read-only' },
  },
  {
    pattern: /extraction point is not a directory|copier: put: .* is not a directory/i,
    verdict: { code: 'INVALID', hint: 'copy into a directory: its files are named in the archive' },
  },
  {
    pattern: /file name too long/i,
    verdict: { code: 'INVALID', hint: 'choose a shorter name' },
  },
  {
    pattern: /invalid tar header/i,
    verdict: { code: 'INVALID', hint: 'give a tar stream, whole and not compressed in an unknown way' },
  },
  {
    pattern:
      /invalid CIDR address|invalid subnet|failed to allocate gateway|gateway .* not in subnet|invalid MTU number|mtu -?\d+ is less|names must match|unsupported driver|^invalid signal: |strconv\.(ParseInt|Atoi): parsing|cannot unmarshal .* into Go/i,
    verdict: { code: 'INVALID' },
  },
  {
    pattern: /cannot create network with name .* conflicts with a valid network mode/i,
    verdict: { code: 'PERMISSION', hint: 'choose another name: the engine keeps this one for itself' },
  },
  {
    pattern: /using the 'none' log driver|does not support reading/i,
    verdict: { code: 'UNSUPPORTED', hint: 'create the container with a logging driver that keeps logs' },
  },
  {
    pattern:
      /error gathering device information .* no such file|no volume plugin with name|failed to find driver or plugin/i,
    verdict: { code: 'NOT_FOUND' },
  },
  {
    pattern: /cannot assign requested address/i,
    verdict: { code: 'INVALID', hint: "the host IP of a port must be an address of the engine's host" },
  },
  {
    pattern:
      /^no such (container|volume|network|exec|object|pod)\b|: no such (container|volume|network|exec session)\b|no (container|volume|network|such).*with name or id/i,
    verdict: { code: 'NOT_FOUND' },
  },
  {
    pattern: /invalid reference format/i,
    verdict: { code: 'INVALID', hint: 'write [registry/]name[:tag][@digest], such as redis:7' },
  },
  {
    pattern: /^no such image\b|image not known/i,
    verdict: { code: 'NOT_FOUND', details: { kind: 'image' } },
  },
  {
    pattern: /no matching manifest for|(does not match|does not provide) the specified platform/i,
    verdict: {
      code: 'NOT_FOUND',
      hint: 'the image has no variant for this platform: choose another `platform`',
      details: { kind: 'image' },
    },
  },
];
