import { type ResourceSnapshot, WherryError } from '../core/index.ts';
import { type CheckedRule, checkRule, type ThresholdChange, type ThresholdRule } from './threshold-rule.ts';
import { ThresholdState } from './threshold-state.ts';

interface Entry {
  rule: CheckedRule;
  states: Map<string, { subject: string; state: ThresholdState }>;
}

/** Judges snapshots by rules. Pure: the time comes with the call. */
export class Thresholds {
  readonly #entries: Map<string, Entry> = new Map();

  /** `INVALID` for a faulty rule, `ALREADY_EXISTS` when there is one of its name. */
  add(rule: ThresholdRule): void {
    const checked = checkRule(rule);
    if (this.#entries.has(checked.name))
      throw new WherryError('ALREADY_EXISTS', `there is a threshold rule "${checked.name}" already`);
    this.#entries.set(checked.name, { rule: checked, states: new Map() });
  }

  /** A rule that is not there is removed already. */
  remove(name: string): void {
    this.#entries.delete(name);
  }

  /** What changed with this snapshot, in the order of the rules. `time`: monotonic ms. */
  judge(snapshot: ResourceSnapshot, time: number): readonly { change: ThresholdChange; rule: CheckedRule }[] {
    return [...this.#entries.values()].flatMap((entry) =>
      judgeRule(entry, snapshot, time).map((change) => ({ change, rule: entry.rule })),
    );
  }
}

function judgeRule({ rule, states }: Entry, snapshot: ResourceSnapshot, time: number): ThresholdChange[] {
  const changes: ThresholdChange[] = [];
  const values = rule.values(snapshot);
  const { name, metric, operator, threshold } = rule;
  const tell = (
    type: ThresholdChange['type'],
    subject: string,
    value: number | null,
    durationMs: number,
  ): void => {
    const what = { rule: name, metric, subject, operator, threshold };
    changes.push({ ...what, type, value, time: snapshot.time, durationMs });
  };
  for (const { key, subject, value } of values) {
    const { state } = states.get(key) ?? { state: new ThresholdState(rule) };
    states.set(key, { subject, state });
    const { raisedAt } = state;
    const type = state.step(value, time);
    if (type !== null) tell(type, subject, value, raisedAt === null ? 0 : time - raisedAt);
  }
  // While an engine does not answer, nobody knows whether its containers are gone.
  if (snapshot.engines.some(({ error }) => error !== null)) return changes;
  const present = new Set(values.map(({ key }) => key));
  for (const [key, { subject, state }] of states) {
    if (present.has(key)) continue;
    states.delete(key);
    if (state.raisedAt !== null) tell('cleared', subject, null, time - state.raisedAt);
  }
  return changes;
}
