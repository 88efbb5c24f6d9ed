import { type ErrorCode, isWherryError, WherryError } from '../../core/errors.ts';
import type { Reference } from '../../core/reference.ts';
import { progressError } from './image-progress.ts';

interface Transfer {
  verb: 'pull' | 'push';
  reference: Reference;
  platform?: string | undefined;
  /** Whether credentials went along: a refusal then means that they are wrong. */
  authenticated: boolean;
}

/** The typed error for what an engine says about a failed pull or push. */
export function registryError(
  message: string,
  transfer: Transfer,
  { cause, status }: { cause?: unknown; status?: unknown } = {},
): WherryError {
  const { verb, reference, platform, authenticated } = transfer;
  const { registry } = reference;
  const name = platform === undefined ? reference.familiar : `${reference.familiar} for ${platform}`;
  const kind = kinds.find(({ pattern }) => pattern.test(message)) ?? refusals.get(status);
  const details = {
    reference: reference.familiar,
    registry,
    ...(platform === undefined ? {} : { platform }),
  };
  const fields = { details, cause };
  switch (kind?.code) {
    case 'NO_SPACE':
      return new WherryError('NO_SPACE', `cannot ${verb} ${name}: the engine's disk is full (${message})`, {
        hint: 'remove images and volumes that are not needed, then try again',
        ...fields,
      });
    case 'NOT_FOUND':
      return notFound(message, transfer, fields);
    case 'UNAUTHORIZED':
      return new WherryError(
        'UNAUTHORIZED',
        `cannot ${verb} ${name}: ${registry} wants other credentials (${message})`,
        {
          hint: authenticated
            ? `the credentials for ${registry} are wrong or have expired: \`docker login ${registry}\``
            : `log in first: \`docker login ${registry}\``,
          ...fields,
        },
      );
    case 'PERMISSION':
      return new WherryError(
        'PERMISSION',
        `cannot ${verb} ${name}: ${registry} does not allow it (${message})`,
        {
          hint: authenticated
            ? `use an account that may ${verb} there`
            : `log in first: \`docker login ${registry}\``,
          ...fields,
        },
      );
    case 'unreachable':
      return new WherryError(
        'IMAGE_PULL',
        `cannot ${verb} ${name}: the engine cannot reach the registry ${registry} (${message})`,
        {
          hint:
            kind.hint?.replaceAll('REGISTRY', registry) ??
            "check the registry's address, and the network and proxy settings of the engine",
          ...fields,
        },
      );
    default:
      return new WherryError('IMAGE_PULL', `cannot ${verb} ${name}: ${message}`, {
        hint: kind?.hint,
        ...fields,
      });
  }
}

/** {@link registryError} for a refusal by the engine; other errors (cancelled, cut, engine gone) as they are. */
export function registryRefusal(error: unknown, transfer: Transfer): unknown {
  if (!isWherryError(error) || error.details.status === undefined) return error;
  const text = plainText(error.message);
  // What was read from JSON says all of it.
  const { status } = error.details;
  return registryError(text, transfer, { cause: text === error.message ? error : undefined, status });
}

/** Podman 5 refuses with a line of the stream it would have sent. */
function plainText(message: string): string {
  if (!message.startsWith('{')) return message;
  try {
    return progressError(JSON.parse(message)) ?? message;
  } catch {
    return message;
  }
}

function notFound(
  message: string,
  { verb, reference, platform }: Transfer,
  fields: { details: Record<string, unknown>; cause: unknown },
): WherryError {
  const name = reference.familiar;
  if (verb === 'push') {
    return new WherryError('NOT_FOUND', `cannot push ${name}: the engine has no such image (${message})`, {
      hint: 'build or tag it with this name first',
      ...fields,
    });
  }
  if (platformTexts.test(message)) {
    const wanted = platform === undefined ? "the engine's platform" : platform;
    return new WherryError('NOT_FOUND', `cannot pull ${name}: it has no variant for ${wanted} (${message})`, {
      hint: 'choose another `platform`, or another tag',
      ...fields,
    });
  }
  return new WherryError(
    'NOT_FOUND',
    `cannot pull ${name}: ${reference.registry} has no such image (${message})`,
    {
      hint: 'check the name and the tag; a private image needs a login',
      ...fields,
    },
  );
}

const platformTexts =
  /no matching manifest|no match for platform|does not match the specified platform|no image found in (?:manifest list|image index) for|choosing image from manifest list|does not provide the specified platform/i;

/** The newest Docker passes on what a token server said, whatever that was, and tells by its status what it means. */
const refusals: ReadonlyMap<unknown, { code: ErrorCode; hint?: string }> = new Map([
  [401, { code: 'UNAUTHORIZED' }],
  [403, { code: 'PERMISSION' }],
]);

/** Engines pass on the registry's and the network's own words. The first that matches decides. */
const kinds: readonly { pattern: RegExp; code: ErrorCode | 'unreachable'; hint?: string }[] = [
  { pattern: /no space left on device|disk quota exceeded|not enough space/i, code: 'NO_SPACE' },
  {
    pattern: /toomanyrequests|too many requests|pull rate limit/i,
    code: 'IMAGE_PULL',
    hint: 'the registry limits how often it may be asked: log in, or try again later',
  },
  {
    pattern:
      /unauthorized|authentication required|no basic auth credentials|incorrect username or password|invalid username\/password|\b401\b/i,
    code: 'UNAUTHORIZED',
  },
  // Docker Hub says this of missing and of private images alike.
  { pattern: /repository does not exist or may require/i, code: 'NOT_FOUND' },
  { pattern: /\bdenied\b|forbidden|insufficient_scope/i, code: 'PERMISSION' },
  {
    pattern: /server gave HTTP response to HTTPS client|malformed HTTP response/i,
    code: 'unreachable',
    hint: 'the registry has no TLS: list it as an insecure registry in the configuration of the engine',
  },
  {
    pattern: /certificate has expired|not yet valid|certificate is (?:not )?valid for|contain any IP SANs/i,
    code: 'unreachable',
    hint: "the registry's certificate is not for this name or this time: correct it, or the clock of the engine",
  },
  {
    pattern: /unknown authority|certificate signed by/i,
    code: 'unreachable',
    hint:
      "the engine does not trust the registry's certificate: put its CA on the engine's machine, as " +
      '/etc/docker/certs.d/REGISTRY/ca.crt (Podman: /etc/containers/certs.d/REGISTRY/ca.crt)',
  },
  { pattern: /x509|certificate|tls: /i, code: 'unreachable' },
  {
    pattern:
      /connection refused|no such host|i\/o timeout|deadline exceeded|Client\.Timeout|handshake timeout|no route to host|network is unreachable|server misbehaving|connection reset|\bEOF\b|name resolution|\b50[234] /i,
    code: 'unreachable',
  },
  { pattern: platformTexts, code: 'NOT_FOUND' },
  {
    pattern:
      /manifest unknown|name unknown|not found|no such image|does not exist locally|image not known|does not exist|invalid repository name/i,
    code: 'NOT_FOUND',
  },
];
