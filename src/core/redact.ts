import { Secret } from './secret.ts';

const hidden = '***';
const deepest = 8;

/** Ends of field names whose values nobody should read, without case, `-` and `_`. */
const secretNames =
  /(password|passwd|passphrase|pwd|secret|token|authorization|apikey|accesskey|secretkey|privatekey|credentials?|cookie|auth)$/;

/** `user:password@` in a URL. */
const userInfo = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*):[^\s/@]+@/gi;

/**
 * A copy without secrets: values of the type `Secret`, of fields with a telling name (`password`, `authToken` …) and
 * passwords in URLs are `***`. Errors become plain objects, bytes their number.
 */
export function redact(value: unknown): unknown {
  return copy(value, deepest, []);
}

/** The same text without passwords in URLs. */
export function redactText(text: string): string {
  return text.replace(userInfo, `$1:${hidden}@`);
}

function copy(value: unknown, depth: number, above: readonly object[]): unknown {
  if (typeof value === 'string') return redactText(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (value instanceof Secret) return hidden;
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (above.includes(value)) return '[circular]';
  if (depth === 0) return '[deep]';
  const below = [...above, value];
  if (value instanceof Error) return copy(plainError(value), depth, below);
  if (Array.isArray(value)) return value.map((item) => copy(item, depth - 1, below));
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

/** What is empty or a mere flag tells nothing, so that it may be read: `token: null`, `hasPassword: true`. */
function isSecretName(name: string, value: unknown): boolean {
  if (value === null || value === undefined || value === '' || typeof value === 'boolean') return false;
  return secretNames.test(name.toLowerCase().replace(/[-_]/g, ''));
}
