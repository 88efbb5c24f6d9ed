import type { CheckedRule, ThresholdOperator } from './threshold-rule.ts';

/** Where one rule stands with one subject. Times are monotonic ms. */
export class ThresholdState {
  readonly #rule: Pick<CheckedRule, 'operator' | 'threshold' | 'clearAt' | 'for' | 'holdDown'>;
  /** Since when it has been true without a break; null when it is not. */
  #trueSince: number | null = null;
  #raisedAt: number | null = null;
  #changedAt = Number.NEGATIVE_INFINITY;

  constructor(rule: Pick<CheckedRule, 'operator' | 'threshold' | 'clearAt' | 'for' | 'holdDown'>) {
    this.#rule = rule;
  }

  /** When it was raised; null while it is not. */
  get raisedAt(): number | null {
    return this.#raisedAt;
  }

  /** Takes a value in; says whether that changed anything. An unknown value (null) proves nothing and changes nothing. */
  step(value: number | null, time: number): 'raised' | 'cleared' | null {
    const { operator, threshold, clearAt, holdDown } = this.#rule;
    if (value === null) {
      this.#trueSince = null;
      return null;
    }
    const isTrue = compare(value, operator, threshold);
    this.#trueSince = isTrue ? (this.#trueSince ?? time) : null;
    if (time - this.#changedAt < holdDown) return null;
    if (this.#raisedAt !== null) {
      const isWell = !isTrue && (clearAt === threshold || !compare(value, operator, clearAt));
      if (!isWell) return null;
      this.#raisedAt = null;
      this.#changedAt = time;
      return 'cleared';
    }
    if (this.#trueSince === null || time - this.#trueSince < this.#rule.for) return null;
    this.#raisedAt = time;
    this.#changedAt = time;
    return 'raised';
  }
}

function compare(value: number, operator: ThresholdOperator, threshold: number): boolean {
  switch (operator) {
    case '>':
      return value > threshold;
    case '>=':
      return value >= threshold;
    case '<':
      return value < threshold;
    case '<=':
      return value <= threshold;
    case '==':
      return value === threshold;
  }
}
