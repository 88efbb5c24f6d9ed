import {
  type ErrorCode,
  type Event,
  type EventPayloads,
  type EventType,
  WherryError,
} from '../core/index.ts';

/** The payload fields that are dates. */
const dates: ReadonlySet<string> = new Set(['startedAt', 'due']);

/** An event as one line of JSON, without the line end. Secrets are `***`. */
export function eventLine(event: Event): string {
  return JSON.stringify(event);
}

/** The event of a line; null for a line that is none, such as one that a crash cut off. */
export function parseEventLine(line: string): Event | null {
  const value = parse(line);
  if (!isRecord(value) || !isRecord(value.data)) return null;
  const { type, source, name } = value;
  const time = new Date(typeof value.time === 'string' ? value.time : Number.NaN);
  if (typeof type !== 'string' || typeof source !== 'string' || typeof name !== 'string') return null;
  if (Number.isNaN(time.getTime())) return null;
  const data = Object.fromEntries(
    Object.entries(value.data).map(([key, field]) => [key, dates.has(key) ? new Date(String(field)) : field]),
  ) as unknown as EventPayloads[EventType];
  return { type: type as EventType, time, source, name, data, error: errorOf(value.error) } as Event;
}

function errorOf(value: unknown): WherryError | null {
  if (!isRecord(value) || typeof value.code !== 'string') return null;
  return new WherryError(value.code as ErrorCode, String(value.message), {
    hint: typeof value.hint === 'string' ? value.hint : undefined,
    details: isRecord(value.details) ? value.details : undefined,
  });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
