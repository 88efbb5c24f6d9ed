const units: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86_400e9,
  w: 604_800e9,
};

/** A duration as Go prints it, to the nanosecond: `90s` → `1m30s`; undefined when it is none. */
export function goDuration(text: string): string | undefined {
  const body = text.replace(/^[-+]/, '');
  if (body === '0') return '0s';
  const parts = [...body.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h|d|w)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== body) return undefined;
  let nanoseconds = 0n;
  for (const [, number = '', unit = ''] of parts) {
    const [whole = '', fraction = ''] = number.split('.');
    const size = units[unit] ?? 0;
    nanoseconds += BigInt(whole || '0') * BigInt(size);
    if (fraction !== '') nanoseconds += BigInt(Math.trunc(Number(fraction) * (size / 10 ** fraction.length)));
  }
  return (text.startsWith('-') && nanoseconds > 0n ? '-' : '') + print(nanoseconds);
}

function print(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  if (nanoseconds < 1_000n) return `${nanoseconds}ns`;
  if (nanoseconds < 1_000_000n) return `${decimal(nanoseconds, 3)}µs`;
  if (nanoseconds < 1_000_000_000n) return `${decimal(nanoseconds, 6)}ms`;
  const minutes = nanoseconds / 60_000_000_000n;
  const seconds = `${decimal(nanoseconds % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return seconds;
  const hours = minutes / 60n;
  return hours === 0n ? `${minutes}m${seconds}` : `${hours}h${minutes % 60n}m${seconds}`;
}

/** `value` divided by a power of ten, without zeros at the end. */
function decimal(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const fraction = (value % scale).toString().padStart(digits, '0').replace(/0+$/, '');
  return fraction === '' ? `${value / scale}` : `${value / scale}.${fraction}`;
}
