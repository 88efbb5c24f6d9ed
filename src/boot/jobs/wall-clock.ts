const minute = 60_000;
const day = 24 * 60 * minute;

/** A clock on a wall of a time zone. What it shows is given as the instant at which one in UTC shows the same. */
export class WallClock {
  readonly #format: Intl.DateTimeFormat;

  /** Default: the time zone of the machine. */
  constructor(timeZone?: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  at(instant: number): number {
    return instant + this.#offsetAt(instant);
  }

  /**
   * The instants at which it shows `wall`: one, two where it is set back, and where it is set forward over `wall` the end of
   * the skip (`isSkipped`).
   */
  instantsOf(wall: number): { instants: number[]; isSkipped: boolean } {
    const before = this.#offsetAt(wall - day);
    const after = this.#offsetAt(wall + day);
    const candidates = [...new Set([wall - before, wall - after])].sort((a, b) => a - b);
    const instants = candidates.filter((instant) => this.at(instant) === wall);
    if (instants.length > 0) return { instants, isSkipped: false };
    let end = wall - after;
    while (this.#offsetAt(end) !== after) end += minute;
    return { instants: [end], isSkipped: true };
  }

  /** ms that it is ahead of UTC. */
  #offsetAt(instant: number): number {
    const parts = this.#format.formatToParts(instant);
    const part = (type: Intl.DateTimeFormatPartTypes): number =>
      Number(parts.find((one) => one.type === type)?.value);
    const [year, month, date] = [part('year'), part('month') - 1, part('day')];
    const shown = Date.UTC(year, month, date, part('hour'), part('minute'), part('second'));
    return shown - Math.floor(instant / 1000) * 1000;
  }
}
