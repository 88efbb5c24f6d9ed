import { type Crontab, type Every, parseCrontab } from '../../compose/index.ts';
import { WallClock } from './wall-clock.ts';

const minute = 60_000;
const hour = 60 * minute;
/** No wall clock is set back by more at once. */
const longestShift = 3 * hour;
/** Years without a 29th of February lie up to eight apart. */
const horizon = 9 * 366 * 24 * hour;

/** A line of a crontab: five fields with lists, ranges, steps and names, a word such as `@daily`, or `@every 90s`. */
export class Cron {
  readonly #line: Crontab | Every;
  readonly #clock: WallClock;

  /** Fails with `INVALID`. `timezone` defaults to that of the machine. */
  constructor(line: string, options: { timezone?: string | undefined } = {}) {
    this.#line = parseCrontab(line);
    this.#clock = new WallClock(options.timezone);
  }

  /**
   * The first time after `after`; null when there is none (a 30th of February). A time that the wall clock skips comes when
   * the skip is over; one that it shows twice comes once, unless the line is for every hour.
   */
  next(after: Date): Date | null {
    const fields = this.#line;
    const from = after.getTime();
    if ('every' in fields) return new Date((Math.floor(from / fields.every) + 1) * fields.every);
    const end = from + horizon;
    let wall = this.#clock.at(from) - longestShift;
    let best: number | null = null;
    for (;;) {
      const found = nextWall(wall, fields, end);
      if (found === null) return best === null ? null : new Date(best);
      wall = found;
      const { instants, isSkipped } = this.#clock.instantsOf(wall);
      if (isSkipped && fields.everyHour) continue;
      const [first = Number.NaN, second] = instants;
      if (first > from) return new Date(best === null ? first : Math.min(best, first));
      if (second !== undefined && second > from && fields.everyHour) best ??= second;
    }
  }

  /** The last time up to `until`, where `known` is one before. Looks from the end, since ages may lie between. */
  latest(known: Date, until: Date): Date {
    const end = until.getTime();
    let found = known;
    for (let back = minute; found === known && end - back > known.getTime(); back *= 2) {
      const next = this.next(new Date(end - back));
      if (next !== null && next <= until) found = next;
    }
    for (let next = this.next(found); next !== null && next <= until; next = this.next(found)) found = next;
    return found;
  }
}

/** The first minute after `wall` that the fields name; wall clocks are instants in UTC that show the same. */
function nextWall(wall: number, fields: Crontab, end: number): number | null {
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

function isDay(at: Date, { daysOfMonth, daysOfWeek, eitherDay }: Crontab): boolean {
  const ofMonth = daysOfMonth.has(at.getUTCDate());
  const ofWeek = daysOfWeek.has(at.getUTCDay());
  return eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
}
