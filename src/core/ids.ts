const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz';
const grammar = /^[a-z][a-z0-9-]{0,38}[a-z0-9]$|^[a-z]$/;

/**
 * A new id: `prefix` and 128 random bits in base 36, at most 40 characters of `[a-z][a-z0-9-]`, so that it is a DNS label
 * and a valid name on every engine. A longer prefix is cut to 14 characters.
 */
export function newId(prefix = 'wherry'): string {
  const readable = prefix
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 14)
    .replace(/-+$/, '');
  // An import of node:crypto would cost every program that loads this module 8 ms.
  const { randomBytes } = process.getBuiltinModule('node:crypto');
  return `${readable === '' ? 'wherry' : readable}-${randomBase36(randomBytes(16))}`;
}

/** Whether `text` has the form of an id of ours. */
export function isId(text: string): boolean {
  return grammar.test(text);
}

function randomBase36(bytes: Uint8Array): string {
  let value = 0n;
  for (const byte of bytes) value = (value << 8n) | BigInt(byte);
  let text = '';
  for (let digit = 0; digit < 25; digit += 1) {
    text = alphabet.charAt(Number(value % 36n)) + text;
    value /= 36n;
  }
  return text;
}
