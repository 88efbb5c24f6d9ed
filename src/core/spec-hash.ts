import { Secret } from './secret.ts';
import type { ContainerSpec } from './spec.ts';

/**
 * A hash of the spec as given: equal for equal specs whatever the order of their keys, 32 hex digits (fits a label of 63
 * characters). Secrets take part by their content, which the hash does not give away.
 */
export function specHash(spec: ContainerSpec): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(canonical(spec)).digest('hex').slice(0, 32);
}

function canonical(value: unknown): string {
  if (value instanceof Secret) return canonical(value.reveal());
  if (value instanceof Uint8Array) return JSON.stringify(`base64:${Buffer.from(value).toString('base64')}`);
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, field]) => `${JSON.stringify(key)}:${canonical(field)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
