/** Bytes as docker rounds them for what is stored or sent: `34.7MB`; `--` for null. */
export function decimalSize(bytes: number | null): string {
  return size(bytes, { base: 1000, digits: 3, units: ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] });
}

/** Bytes as docker rounds them for memory: `33.13MiB`; `--` for null. */
export function binarySize(bytes: number | null): string {
  return size(bytes, { base: 1024, digits: 4, units: ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] });
}

function size(
  bytes: number | null,
  { base, digits, units }: { base: number; digits: number; units: readonly string[] },
): string {
  if (bytes === null) return '--';
  let value = bytes;
  let unit = 0;
  for (; value >= base && unit < units.length - 1; unit += 1) value /= base;
  return `${Number(value.toPrecision(digits))}${units[unit]}`;
}
