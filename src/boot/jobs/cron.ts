import { WherryError } from '../../core/index.ts';
import { WallClock } from './wall-clock.ts';

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

const minute = 60_000;
const hour = 60 * minute;
/** No wall clock is set back by more at once. */
const longestShift = 3 * hour;
/** Years without a 29th of February lie up to eight apart. */
const horizon = 9 * 366 * 24 * hour;

interface Fields {
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  daysOfMonth: ReadonlySet<number>;
  months: ReadonlySet<number>;
  daysOfWeek: ReadonlySet<number>;
  /** When both kinds of days are restricted, either is enough; so POSIX has it. */
  eitherDay: boolean;
  /** Every hour that really passes counts, also one that a wall clock shows twice. */
  everyHour: boolean;
}

/** A line of a crontab: five fields with lists, ranges, steps and names, or a word such as `@daily`. */
export class Cron {
  readonly #fields: Fields;
  readonly #clock: WallClock;

  /** Fails with `INVALID`. `timezone` defaults to that of the machine. */
  constructor(line: string, options: { timezone?: string | undefined } = {}) {
    this.#fields = parse(line);
    this.#clock = new WallClock(options.timezone);
  }

  /**
   * The first time after `after`; null when there is none (a 30th of February). A time that the wall clock skips comes when
   * the skip is over; one that it shows twice comes once, unless the line is for every hour.
   */
  next(after: Date): Date | null {
    const from = after.getTime();
    const end = from + horizon;
    let wall = this.#clock.at(from) - longestShift;
    let best: number | null = null;
    for (;;) {
      const found = nextWall(wall, this.#fields, end);
      if (found === null) return best === null ? null : new Date(best);
      wall = found;
      const { instants, isSkipped } = this.#clock.instantsOf(wall);
      if (isSkipped && this.#fields.everyHour) continue;
      const [first = Number.NaN, second] = instants;
      if (first > from) return new Date(best === null ? first : Math.min(best, first));
      if (second !== undefined && second > from && this.#fields.everyHour) best ??= second;
    }
  }
}

function parse(line: string): Fields {
  const text = macros[line.trim()] ?? line.trim();
  const fields = text.split(/\s+/);
  const [minutes = '', hours = '', daysOfMonth = '', month = '', daysOfWeek = ''] = fields;
  if (fields.length !== 5) throw invalid(line);
  const read = (field: string, from: number, to: number, names: readonly string[] = []): Set<number> =>
    readField(field, { from, to, names, line });
  return {
    minutes: read(minutes, 0, 59),
    hours: read(hours, 0, 23),
    daysOfMonth: read(daysOfMonth, 1, 31),
    months: read(month, 1, 12, ['', ...months]),
    daysOfWeek: new Set([...read(daysOfWeek, 0, 7, days)].map((day) => day % 7)),
    eitherDay: !daysOfMonth.startsWith('*') && !daysOfWeek.startsWith('*'),
    everyHour: hours.startsWith('*'),
  };
}

interface Range {
  from: number;
  to: number;
  /** Words by the number that they stand for. */
  names: readonly string[];
  line: string;
}

function readField(field: string, range: Range): Set<number> {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [, first = '', last, step] = /^(\*|\w+)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
    if (first === '' || (first === '*' && last !== undefined)) throw invalid(range.line);
    const start = first === '*' ? range.from : numberOf(first, range);
    const open = first === '*' || (last === undefined && step !== undefined);
    const end = open ? range.to : last === undefined ? start : numberOf(last, range);
    const by = step === undefined ? 1 : Number(step);
    if (by < 1 || start > end) throw invalid(range.line);
    for (let value = start; value <= end; value += by) values.add(value);
  }
  return values;
}

function numberOf(word: string, { from, to, names, line }: Range): number {
  const named = names.indexOf(word.toLowerCase());
  const value = named >= 0 ? named : /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!(value >= from && value <= to)) throw invalid(line);
  return value;
}

function invalid(line: string): WherryError {
  return new WherryError('INVALID', `"${line}" is no crontab line`, {
    hint: 'write five fields, such as "0 3 * * *"',
  });
}

/** The first minute after `wall` that the fields name; wall clocks are instants in UTC that show the same. */
function nextWall(wall: number, fields: Fields, end: number): number | null {
  const at = new Date(Math.floor(wall / minute) * minute + minute);
  while (at.getTime() < end) {
    if (!fields.months.has(at.getUTCMonth() + 1)) {
      at.setUTCMonth(at.getUTCMonth() + 1, 1);
      at.setUTCHours(0, 0);
    } else if (!isDay(at, fields)) {
      at.setUTCDate(at.getUTCDate() + 1);
      at.setUTCHours(0, 0);
    } else if (!fields.hours.has(at.getUTCHours())) at.setUTCHours(at.getUTCHours() + 1, 0);
    else if (!fields.minutes.has(at.getUTCMinutes())) at.setUTCMinutes(at.getUTCMinutes() + 1);
    else return at.getTime();
  }
  return null;
}

function isDay(at: Date, { daysOfMonth, daysOfWeek, eitherDay }: Fields): boolean {
  const ofMonth = daysOfMonth.has(at.getUTCDate());
  const ofWeek = daysOfWeek.has(at.getUTCDay());
  return eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
}
