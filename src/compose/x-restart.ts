import { parseDuration } from '../core/units.ts';
import { boolean, duration, integer } from './decode.ts';
import type { Service } from './model.ts';
import type { Reading } from './reading.ts';
import type { Node, Path } from './tree.ts';
import { type Check, checkKeys, record } from './x-keys.ts';

/** `x-wherry.restart_on_unhealthy`: when a container that runs and is not healthy is restarted. Times are ms. */
export interface RestartOnUnhealthy {
  /** For how long it has to be unhealthy before it is restarted. Default: 0. */
  after: number;
  /** Before the second restart in a row; it doubles with each one more. Default: 1 s. */
  backoff: number;
  /** What the backoff grows to. Default: 1 minute. */
  maxBackoff: number;
  /** Restarts in a row, after which it is given up. Default: 5. */
  max: number;
  /** For how long it has to be healthy until restarts are counted anew. Default: 10 minutes. */
  reset: number;
  /** Between two looks of a probe from outside. Default: 10 s. */
  interval: number;
  /** Failures in a row of a probe from outside that make it unhealthy. Default: 3. */
  retries: number;
}

const positive: Check = (node, path, to) => {
  if (duration(node, path, to) === 0) to.error('value', 'must be more than nothing', node, path);
};

const keys: Readonly<Record<string, Check>> = {
  after: duration,
  backoff: positive,
  max_backoff: positive,
  max: integer({ min: 1 }),
  reset: positive,
  interval: positive,
  retries: integer({ min: 1 }),
};

/** A mapping, true or false, or nothing for the defaults. */
export function checkRestartOnUnhealthy(node: Node, path: Path, to: Reading): undefined {
  if (node.kind === 'scalar' && node.value === null) return;
  if (node.kind === 'scalar') boolean(node, path, to);
  else checkKeys(node, path, to, keys);
}

/** What the service says of restarts when it is unhealthy, with defaults; undefined when it is not restarted. */
export function restartOnUnhealthy(service: Service): RestartOnUnhealthy | undefined {
  const own = record(service.extensions['x-wherry']);
  const said = own.restart_on_unhealthy;
  if (said === undefined || said === false || said === 'false') return undefined;
  const { after, backoff, max_backoff: maxBackoff, max, reset, interval, retries } = record(said);
  const time = (value: unknown, otherwise: string): number => parseDuration(String(value ?? otherwise));
  return {
    after: time(after, '0s'),
    backoff: time(backoff, '1s'),
    maxBackoff: time(maxBackoff, '1m'),
    max: Number(max ?? 5),
    reset: time(reset, '10m'),
    interval: time(interval, '10s'),
    retries: Number(retries ?? 3),
  };
}
