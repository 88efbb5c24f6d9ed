/** A time as Go prints it, of this machine's zone: `2026-01-31 09:30:00 +0100 CET`. */
export function goTime(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  const clock = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':');
  const east = -time.getTimezoneOffset();
  const offset = `${east < 0 ? '-' : '+'}${two(Math.floor(Math.abs(east) / 60))}${two(Math.abs(east) % 60)}`;
  return `${date} ${clock} ${offset} ${zoneName(time, offset)}`;
}

/** `CET`; the offset again where the zone has no short name. */
function zoneName(time: Date, offset: string): string {
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(time);
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  if (/^[A-Z]{3,5}$/.test(name)) return name;
  return offset.endsWith('00') ? offset.slice(0, 3) : offset;
}
