import { parseDuration } from '../core/units.ts';
import { boolean, duration, oneOf } from './decode.ts';
import type { Service } from './model.ts';
import type { Reading } from './reading.ts';
import { child, type Node, type Path } from './tree.ts';
import { type Check, checkKeys, record } from './x-keys.ts';
import { checkProbe } from './x-probe.ts';
import { checkRestartOnUnhealthy } from './x-restart.ts';

/** `x-wherry.scale_to_zero`: the service runs only while somebody is connected to one of its ports. */
export interface ScaleToZero {
  /** ms without a connection after which it is stopped. Default: 5 minutes. */
  idle: number;
  /** What stopping means: the container ends, or it is frozen and keeps its memory. Default: `stop`. */
  action: 'stop' | 'pause';
  /** ms that a client is held while the service starts. Default: 1 minute. */
  maxWait: number;
  /** HTTP clients that would be held for more than a second get a page that says so. Default: false. */
  waitingPage: boolean;
}

/** The keys that `x-wherry` has in a service, and how each is read. Whoever adds a key adds it here. */
const serviceKeys: Readonly<Record<string, Check>> = {
  eager: boolean,
  probe: (node, path, to) => checkProbe(node, path, to),
  restart_on_unhealthy: (node, path, to) => checkRestartOnUnhealthy(node, path, to),
  scale_to_zero: (node, path, to) => checkScaleToZero(node, path, to),
};

const positive: Check = (node, path, to) => {
  const read = duration(node, path, to);
  if (read === 0) to.error('value', 'must be more than nothing', node, path);
};

const scaleToZeroKeys: Readonly<Record<string, Check>> = {
  idle: positive,
  action: oneOf('stop', 'pause'),
  max_wait: positive,
  waiting_page: boolean,
};

/** Checks the `x-wherry` of a service: other tools skip what starts with `x-`, so that nobody else finds its faults. */
export function checkXWherry(service: Node, path: Path, to: Reading): void {
  const own = service.kind === 'mapping' ? service.entries.get('x-wherry')?.value : undefined;
  if (own !== undefined) checkKeys(own, child(path, 'x-wherry'), to, serviceKeys);
}

/** Whether gates on the service may run its health check sooner than the engine does. Default: true. */
export function eagerGates(service: Service): boolean {
  const { eager } = record(service.extensions['x-wherry']);
  return eager !== false && eager !== 'false';
}

/** What the service says of scaling to zero, with defaults; undefined when it says nothing. */
export function scaleToZero(service: Service): ScaleToZero | undefined {
  const own = record(service.extensions['x-wherry']);
  if (own.scale_to_zero === undefined) return undefined;
  const said =
    typeof own.scale_to_zero === 'string' ? { idle: own.scale_to_zero } : record(own.scale_to_zero);
  const { idle, action, max_wait: maxWait, waiting_page: waitingPage } = said;
  return {
    idle: parseDuration(String(idle ?? '5m')),
    action: action === 'pause' ? 'pause' : 'stop',
    maxWait: parseDuration(String(maxWait ?? '1m')),
    waitingPage: waitingPage === true || waitingPage === 'true',
  };
}

/** A mapping, a duration as short form of `idle`, or nothing for the defaults. */
function checkScaleToZero(node: Node, path: Path, to: Reading): undefined {
  if (node.kind === 'scalar' && node.value === null) return;
  if (node.kind === 'mapping') checkKeys(node, path, to, scaleToZeroKeys);
  else positive(node, path, to);
}
