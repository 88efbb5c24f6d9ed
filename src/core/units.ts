import { WherryError } from './errors.ts';

const byteUnits: Readonly<Record<string, number>> = { '': 0, b: 0, k: 1, m: 2, g: 3, t: 4, p: 5 };
const durationUnits: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  // The micro sign and the Greek letter, escaped: a bundle of plain ASCII takes half the memory and time to load.
  '\u00b5s': 1e-3,
  '\u03bcs': 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/**
 * Bytes from `512`, `64m`, `1.5GiB`, `2 gb`. Units are powers of 1024 in every spelling, as Docker and Compose read them.
 * Fails with `INVALID`.
 */
export function parseBytes(text: string | number): number {
  if (typeof text === 'number') return wholeBytes(text, String(text));
  const match = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*([bkmgtp]?)(?:i?b)?\s*$/i.exec(text);
  const power = byteUnits[match?.[2]?.toLowerCase() ?? '-'];
  if (match?.[1] === undefined || power === undefined || /^\s*[\d.]+\s*(bb|bib|ib)\s*$/i.test(text)) {
    throw new WherryError('INVALID', `"${text}" is not a size`, {
      hint: 'write a number with b, k, m, g or t, such as 512m or 1.5g',
    });
  }
  return wholeBytes(Number(match[1]) * 1024 ** power, text);
}

function wholeBytes(value: number, text: string): number {
  const bytes = Math.trunc(value);
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new WherryError('INVALID', `"${text}" is out of range for a size in bytes`);
  }
  return bytes;
}

/** `1536` → `1.5KiB`. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 ? 0 : value < 10 ? 2 : value < 100 ? 1 : 0;
  const number = digits === 0 ? value.toFixed(0) : value.toFixed(digits).replace(/\.?0+$/, '');
  return `${number}${units[unit]}`;
}

/**
 * Milliseconds from Go's duration grammar (`1m30s`, `500ms`, `1.5h`), with `d` and `w` as Compose allows. A bare number
 * needs a unit, except `0`. Fails with `INVALID`.
 */
export function parseDuration(text: string): number {
  const trimmed = text.trim();
  if (/^[+-]?0$/.test(trimmed)) return 0;
  const body = trimmed.replace(/^[+-]/, '');
  const parts = [...body.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h|d|w)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== body) {
    throw new WherryError('INVALID', `"${text}" is not a duration`, {
      hint: 'write numbers with units, such as 1m30s, 500ms or 2h',
    });
  }
  let sum = 0;
  for (const [, number = '', unit = ''] of parts) sum += Number(number) * (durationUnits[unit] ?? 0);
  return trimmed.startsWith('-') ? -sum : sum;
}

/** Milliseconds as Go prints a duration: 90 000 → `1m30s`, 1500 → `1.5s`, 250 → `250ms`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 0) return `-${formatDuration(-milliseconds)}`;
  if (milliseconds === 0) return '0s';
  if (milliseconds < 1000) return `${trimNumber(milliseconds)}ms`;
  const hours = Math.floor(milliseconds / 3_600_000);
  const minutes = Math.floor((milliseconds % 3_600_000) / 60_000);
  const seconds = trimNumber((milliseconds % 60_000) / 1000);
  if (hours > 0) return `${hours}h${minutes}m${seconds}s`;
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

function trimNumber(value: number): string {
  return String(Number(value.toFixed(6)));
}

/** Cores from `1.5`, `"0.5"` or `"500m"` (thousandths, as Kubernetes writes them). Fails with `INVALID`. */
export function parseCpus(text: string | number): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)(m?)$/.exec(String(text).trim());
  if (match?.[1] === undefined) {
    throw new WherryError('INVALID', `"${text}" is not a number of cpus`, {
      hint: 'write cores, such as 1.5 or 500m',
    });
  }
  return match[2] === 'm' ? Number(match[1]) / 1000 : Number(match[1]);
}
