import { WherryError } from '../core/index.ts';
import { parseDuration } from '../core/units.ts';

/** What a line of a crontab names: every minute whose numbers are in all of these. */
export interface Crontab {
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  daysOfMonth: ReadonlySet<number>;
  /** From 1. */
  months: ReadonlySet<number>;
  /** From 0, a Sunday. */
  daysOfWeek: ReadonlySet<number>;
  /** When both kinds of days are restricted, either is enough; so POSIX has it. */
  eitherDay: boolean;
  /** Every hour that really passes counts, also one that a wall clock shows twice. */
  everyHour: boolean;
}

/** Not a line of a clock on a wall, but every so many ms, counted from the epoch. */
export interface Every {
  every: number;
}

const macros: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/**
 * Reads a line of a crontab: five fields with lists, ranges, steps and names, a word such as `@daily`, or `@every 90s`. Fails
 * with `INVALID`, which names the field that is wrong.
 */
export function parseCrontab(line: string): Crontab | Every {
  const text = line.trim();
  const [, interval] = /^@every\s+(.*)$/i.exec(text) ?? [];
  if (interval !== undefined) return { every: everyOf(interval, line) };
  const fields = (macros[text.toLowerCase()] ?? text).split(/\s+/);
  const [minutes = '', hours = '', daysOfMonth = '', month = '', daysOfWeek = ''] = fields;
  if (fields.length !== 5)
    throw invalid(line, `it has ${fields.length} field${fields.length === 1 ? '' : 's'}`);
  const read = (field: string, range: Omit<Range, 'line'>): Set<number> =>
    readField(field, { ...range, line });
  return {
    minutes: read(minutes, { what: 'minutes', from: 0, to: 59, names: [] }),
    hours: read(hours, { what: 'hours', from: 0, to: 23, names: [] }),
    daysOfMonth: read(daysOfMonth, { what: 'days of the month', from: 1, to: 31, names: [] }),
    months: read(month, { what: 'months', from: 1, to: 12, names: ['', ...months] }),
    daysOfWeek: new Set(
      [...read(daysOfWeek, { what: 'days of the week', from: 0, to: 7, names: days })].map((day) => day % 7),
    ),
    eitherDay: !daysOfMonth.startsWith('*') && !daysOfWeek.startsWith('*'),
    everyHour: hours.startsWith('*'),
  };
}

function everyOf(interval: string, line: string): number {
  let every: number;
  try {
    every = parseDuration(interval);
  } catch {
    throw invalid(line, `"${interval}" is not a duration`);
  }
  if (every < 1000) throw invalid(line, 'a second is the shortest interval');
  return every;
}

interface Range {
  what: string;
  from: number;
  to: number;
  /** Words by the number that they stand for. */
  names: readonly string[];
  line: string;
}

function readField(field: string, range: Range): Set<number> {
  const { what, line } = range;
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [, first = '', last, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (first === '' || (first === '*' && last !== undefined)) throw invalid(line, `${what}: "${part}"`);
    const start = first === '*' ? range.from : numberOf(first, range);
    const open = first === '*' || (last === undefined && step !== undefined);
    const said = last === undefined ? start : numberOf(last, range);
    // A week may end with a Sunday that is written as its first day: `fri-sun`.
    const isSunday = range.names === days && said === 0 && start > 0;
    const end = open ? range.to : isSunday ? 7 : said;
    const by = step === undefined ? 1 : Number(step);
    if (by < 1 || start > end) throw invalid(line, `${what}: "${part}" names none`);
    for (let value = start; value <= end; value += by) values.add(value);
  }
  return values;
}

function numberOf(word: string, { what, from, to, names, line }: Range): number {
  const named = names.indexOf(word.toLowerCase());
  const value = named >= 0 ? named : /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!(value >= from && value <= to)) throw invalid(line, `${what} go from ${from} to ${to}, not ${word}`);
  return value;
}

function invalid(line: string, why: string): WherryError {
  return new WherryError('INVALID', `"${line}" is no crontab line: ${why}`, {
    hint: 'write five fields, such as "0 3 * * *", or a word such as @daily or @every 90s',
  });
}
