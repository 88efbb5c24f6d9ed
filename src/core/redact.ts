import { Secret } from './secret.ts';

const hidden = '***';
const deepest = 8;

/** Ends of field names whose values nobody should read, without case, `-` and `_`. */
const secretNames =
  /(passwords?|passwd|passphrases?|pwd|secret|token|authorization|apikeys?|accesskey|secretkey|privatekey|credentials?|cookie|auth)$/;

/** `user:password@` in a URL; what is no URL for an `@` in its password is none to show either. */
const userInfo = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/]+@/gi;

/** `?token=…` and `&api_key=…` in a URL. */
const queryField = /([?&])([\w.-]+)=[^&\s"'#]+/g;

/**
 * A copy without secrets: values of the type `Secret`, of fields with a telling name (`password`, `authToken` …) and
 * passwords in URLs are `***`. Errors become plain objects, bytes their number.
 */
export function redact(value: unknown): unknown {
  return copy(value, deepest, []);
}

/** The same text without passwords and tokens in URLs. */
export function redactText(text: string): string {
  return text
    .replace(userInfo, `$1:${hidden}@`)
    .replace(queryField, (whole, start: string, name: string) =>
      isSecretName(name, whole) ? `${start}${name}=${hidden}` : whole,
    );
}

/** `PASSWORD=…`, as environments and arguments are written in lists. */
function redactAssignment(text: string): string {
  const [, name = '', value = ''] = /^-{0,2}([\w.-]+)=([\s\S]*)$/.exec(text) ?? [];
  return isSecretName(name, value) ? `${text.slice(0, text.length - value.length)}${hidden}` : text;
}

function copy(value: unknown, depth: number, above: readonly object[]): unknown {
  if (typeof value === 'string') return redactAssignment(redactText(value));
  // JSON has no word for these, and a bigint would even make it fail.
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Secret) return hidden;
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (above.includes(value)) return '[circular]';
  if (depth === 0) return '[deep]';
  const below = [...above, value];
  if (value instanceof Error) return copy(plainError(value), depth, below);
  if (Array.isArray(value) || value instanceof Set) {
    const items = [...value];
    return items.map((item, index) =>
      isSecretOption(items[index - 1]) && typeof item === 'string' ? hidden : copy(item, depth - 1, below),
    );
  }
  const source = value instanceof Map ? Object.fromEntries(value) : value;
  return Object.fromEntries(
    Object.entries(source).map(([key, field]) => [
      key,
      isSecretName(key, field) ? hidden : copy(field, depth - 1, below),
    ]),
  );
}

/** What loggers that only know JSON would print as `{}`. */
function plainError(error: Error): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const { code, hint, details } = error as { code?: unknown; hint?: unknown; details?: unknown };
  const known = { name, code, message, hint, details, cause, stack };
  return Object.fromEntries(Object.entries(known).filter(([, field]) => field !== undefined));
}

/** `--password` of an argument list: what comes next is its value. */
function isSecretOption(item: unknown): boolean {
  return typeof item === 'string' && /^-{1,2}[\w-]+$/.test(item) && isSecretName(item, item);
}

/** What is empty or a mere flag tells nothing, so that it may be read: `token: null`, `hasPassword: true`. */
function isSecretName(name: string, value: unknown): boolean {
  if (value === null || value === undefined || value === '' || typeof value === 'boolean') return false;
  // A list has their names, a mapping has them.
  if (/^secrets$/i.test(name)) return typeof value === 'object' && !Array.isArray(value);
  return secretNames.test(name.toLowerCase().replace(/[-_]/g, ''));
}
