import { bytes, integer, labels, number, oneOf } from './decode.ts';
import { type Fields, readFields, type SetField, setter } from './fields.ts';
import type { RestartPolicy } from './model.ts';
import type { Reading } from './reading.ts';
import type { Node, Path } from './tree.ts';

/** The `deploy` key as it was written. */
export interface DeployDraft {
  mode?: 'replicated';
  replicas?: number;
  labels: Record<string, string>;
  limits: { cpus?: number; memory?: number; pids?: number };
  reservations: { memory?: number };
  restartPolicy?: RestartPolicy;
}

const setLimit = setter<DeployDraft['limits']>();
const limitFields: Fields<DeployDraft['limits']> = {
  scope: 'services.*.deploy.resources.limits',
  keys: {
    cpus: setLimit('cpus', number),
    memory: setLimit('memory', bytes),
    pids: setLimit('pids', integer({ min: -1 })),
  },
};

const setReservation = setter<DeployDraft['reservations']>();
const reservationFields: Fields<DeployDraft['reservations']> = {
  scope: 'services.*.deploy.resources.reservations',
  keys: { memory: setReservation('memory', bytes) },
};

const resourceFields: Fields<DeployDraft> = {
  scope: 'services.*.deploy.resources',
  keys: {
    limits: ({ limits }, node, path, to) => void readFields(limits, limitFields, node, path, to),
    reservations: ({ reservations }, node, path, to) =>
      void readFields(reservations, reservationFields, node, path, to),
  },
};

interface RestartDraft {
  condition?: 'none' | 'no' | 'on-failure' | 'any' | 'always' | 'unless-stopped';
  maxAttempts?: number;
}

const setRestart = setter<RestartDraft>();
const restartFields: Fields<RestartDraft> = {
  scope: 'services.*.deploy.restart_policy',
  keys: {
    condition: setRestart('condition', oneOf('none', 'no', 'on-failure', 'any', 'always', 'unless-stopped')),
    max_attempts: setRestart('maxAttempts', integer({ min: 0 })),
  },
};

const readMode: SetField<DeployDraft> = (draft, node, path, to) => {
  const mode = oneOf('replicated', 'global', 'replicated-job', 'global-job')(node, path, to);
  if (mode === 'replicated') draft.mode = mode;
  else if (mode !== undefined) {
    to.error('unsupported-key', `the mode ${mode} is not supported: it is for Swarm`, node, path);
  }
};

const set = setter<DeployDraft>();
const deployFields: Fields<DeployDraft> = {
  scope: 'services.*.deploy',
  keys: {
    labels: set('labels', labels),
    mode: readMode,
    replicas: set('replicas', integer({ min: 0 })),
    resources: (draft, node, path, to) => void readFields(draft, resourceFields, node, path, to),
    restart_policy: set('restartPolicy', readRestartPolicy),
  },
};

/** `deploy`: what of it concerns a single engine. */
export function readDeploy(node: Node, path: Path, to: Reading): DeployDraft | undefined {
  return readFields<DeployDraft>({ labels: {}, limits: {}, reservations: {} }, deployFields, node, path, to);
}

function readRestartPolicy(node: Node, path: Path, to: Reading): RestartPolicy | undefined {
  const draft = readFields<RestartDraft>({}, restartFields, node, path, to);
  if (draft === undefined) return undefined;
  switch (draft.condition ?? 'any') {
    case 'none':
    case 'no':
      return { name: 'no' };
    case 'unless-stopped':
      return { name: 'unless-stopped' };
    case 'on-failure':
      return draft.maxAttempts
        ? { name: 'on-failure', maximumRetryCount: draft.maxAttempts }
        : { name: 'on-failure' };
    default:
      return { name: 'always' };
  }
}
