import { type ResourceSnapshot, WherryError } from '../core/index.ts';
import { type ContainerMetric, containerValue, type SystemMetric, systemValue } from './metric-value.ts';

/** A figure of the machine, of the container of a name (it may have dots), or of every container (`*`). */
export type ThresholdMetric = `system.${SystemMetric}` | `container.${string}.${ContainerMetric}`;

export type ThresholdOperator = '>' | '>=' | '<' | '<=' | '==';

/** When to say that a figure is too high or too low, and when that it is well again. */
export interface ThresholdRule {
  /** Default: the rule in words, such as `system.cpu > 90`. */
  name?: string;
  metric: ThresholdMetric;
  operator: ThresholdOperator;
  /** Percent, except for `load` and counts. CPU of a container: 100 is one core. */
  threshold: number;
  /** Hysteresis: it is well again only beyond this. Default: the threshold itself. */
  clearAt?: number;
  /** ms for which it must be so before it is said. Default: 0. */
  for?: number;
  /** Hold-down: ms after a change within which nothing changes again. Default: 0. */
  holdDown?: number;
  /** Called at each change, beside the event. What it throws is logged. */
  action?: (change: ThresholdChange, snapshot: ResourceSnapshot) => unknown;
}

/** A rule became true of something, or is not any more. */
export interface ThresholdChange {
  type: 'raised' | 'cleared';
  rule: string;
  metric: ThresholdMetric;
  /** Name of the container, or `system`. */
  subject: string;
  operator: ThresholdOperator;
  threshold: number;
  /** Null when the subject is gone. */
  value: number | null;
  time: Date;
  /** ms since it was raised; 0 when it just was. */
  durationMs: number;
}

/** A rule that was checked, with its defaults filled in. */
export interface CheckedRule extends Required<Omit<ThresholdRule, 'action'>> {
  action: ThresholdRule['action'];
  /** What it looks at in a snapshot. */
  values(snapshot: ResourceSnapshot): readonly SubjectValue[];
}

interface SubjectValue {
  /** Tells apart what has the same name on two engines. */
  key: string;
  subject: string;
  value: number | null;
}

/** Checks a rule. `INVALID` names what is wrong with it. */
export function checkRule(rule: ThresholdRule): CheckedRule {
  const { metric, operator, threshold, clearAt = threshold } = rule;
  const name = rule.name ?? `${metric} ${operator} ${threshold}`;
  const fail = (message: string, hint: string): never => {
    throw new WherryError('INVALID', `threshold rule "${name}": ${message}`, { hint });
  };
  if (!['>', '>=', '<', '<=', '=='].includes(operator))
    fail(`"${operator}" is no operator`, 'use >, >=, <, <= or ==');
  if (!Number.isFinite(threshold) || !Number.isFinite(clearAt))
    fail('the threshold is no number', 'give finite numbers');
  if (operator.startsWith('>') ? clearAt > threshold : operator.startsWith('<') && clearAt < threshold)
    fail(
      `it is cleared at ${clearAt}, where it is still raised`,
      'clearAt lies on the good side of the threshold',
    );
  for (const wait of [rule.for, rule.holdDown])
    if (wait !== undefined && !(wait >= 0)) fail(`${wait} is no time`, 'give ms, 0 or more');
  const values = reader(metric) ?? fail('there is no such metric', 'see docs/monitoring.md for the metrics');
  return {
    name,
    metric,
    operator,
    threshold,
    clearAt,
    for: rule.for ?? 0,
    holdDown: rule.holdDown ?? 0,
    action: rule.action,
    values,
  };
}

/** Names of containers may have dots: the metric is what follows the last one. */
function reader(metric: string): CheckedRule['values'] | null {
  if (metric.startsWith('system.')) {
    const value = systemValue(metric.slice('system.'.length));
    return value && (({ system }) => [{ key: '', subject: 'system', value: system && value(system) }]);
  }
  const [, wanted, word = ''] = /^container\.(.+)\.([^.]+)$/s.exec(metric) ?? [];
  const value = containerValue(word);
  if (wanted === undefined || value === null) return null;
  return ({ containers }) =>
    containers
      .filter(({ name }) => wanted === '*' || name === wanted)
      .map((one) => ({ key: `${one.engine} ${one.name}`, subject: one.name, value: value(one) }));
}
