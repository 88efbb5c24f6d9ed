import {
  bytes,
  duration,
  filledText,
  integer,
  labels,
  listOf,
  number,
  oneOf,
  type Read,
  text,
  texts,
  unlessEmpty,
} from './decode.ts';
import { type Fields, readFields, type SetField, setter } from './fields.ts';
import type { Deploy, RestartPolicy } from './model.ts';
import type { Placement, Reservations, UpdateConfig } from './model-parts.ts';
import { readReservedDevices } from './read-device-requests.ts';
import { readCpus } from './read-values.ts';
import type { Reading } from './reading.ts';
import type { Node, Path } from './tree.ts';

/** The `deploy` key as it was written. */
export interface DeployDraft extends Omit<Deploy, 'mode' | 'reservations' | 'restart'> {
  mode?: Deploy['mode'];
  replicas?: number;
  limits: { cpus?: number; memory?: number; pids?: number };
  reservations: Reservations & { memory?: number };
  restartPolicy?: RestartPolicy;
  restart?: NonNullable<Deploy['restart']>;
}

const setLimit = setter<DeployDraft['limits']>();
const limitFields: Fields<DeployDraft['limits']> = {
  scope: 'services.*.deploy.resources.limits',
  keys: {
    cpus: setLimit('cpus', readCpus),
    memory: setLimit('memory', bytes),
    pids: setLimit('pids', integer({ min: -1 })),
  },
};

interface GenericResource {
  kind?: string;
  value?: number;
}

const setGeneric = setter<GenericResource>();
const discreteFields: Fields<GenericResource> = {
  scope: 'services.*.deploy.resources.reservations.generic_resources.[].discrete_resource_spec',
  keys: { kind: setGeneric('kind', filledText), value: setGeneric('value', number) },
};
const genericFields: Fields<GenericResource> = {
  scope: 'services.*.deploy.resources.reservations.generic_resources.[]',
  keys: {
    discrete_resource_spec: (target, node, path, to) =>
      void readFields(target, discreteFields, node, path, to),
  },
};
const readGeneric: Read<{ kind: string; value: number }> = (node, path, to) => {
  const { kind, value } = readFields<GenericResource>({}, genericFields, node, path, to) ?? {};
  return kind === undefined || value === undefined ? undefined : { kind, value };
};

const setReservation = setter<DeployDraft['reservations']>();
const reservationFields: Fields<DeployDraft['reservations']> = {
  scope: 'services.*.deploy.resources.reservations',
  keys: {
    cpus: setReservation('cpus', readCpus),
    devices: setReservation('devices', readReservedDevices),
    generic_resources: setReservation('genericResources', listOf(readGeneric)),
    memory: setReservation('memory', bytes),
  },
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
  delay?: number;
  window?: number;
}

const setRestart = setter<RestartDraft>();
const restartFields: Fields<RestartDraft> = {
  scope: 'services.*.deploy.restart_policy',
  keys: {
    condition: setRestart(
      'condition',
      unlessEmpty(oneOf('none', 'no', 'on-failure', 'any', 'always', 'unless-stopped')),
    ),
    delay: setRestart('delay', duration),
    max_attempts: setRestart('maxAttempts', integer({ min: 0 })),
    window: setRestart('window', duration),
  },
};

const setUpdate = setter<UpdateConfig>();
function readUpdate(scope: string): Read<UpdateConfig> {
  const fields: Fields<UpdateConfig> = {
    scope,
    keys: {
      delay: setUpdate('delay', duration),
      failure_action: setUpdate('failureAction', unlessEmpty(oneOf('continue', 'pause', 'rollback'))),
      max_failure_ratio: setUpdate('maxFailureRatio', number),
      monitor: setUpdate('monitor', duration),
      order: setUpdate('order', oneOf('start-first', 'stop-first')),
      parallelism: setUpdate('parallelism', integer({ min: 0 })),
    },
  };
  return (node, path, to) => readFields({}, fields, node, path, to);
}

const setSpread = setter<{ spread?: string }>();
const preferenceFields: Fields<{ spread?: string }> = {
  scope: 'services.*.deploy.placement.preferences.[]',
  keys: { spread: setSpread('spread', text) },
};
const setPlacement = setter<Placement>();
const placementFields: Fields<Placement> = {
  scope: 'services.*.deploy.placement',
  keys: {
    constraints: setPlacement('constraints', texts),
    max_replicas_per_node: setPlacement('maxReplicasPerNode', integer({ min: 0 })),
    preferences: setPlacement(
      'preferences',
      listOf(
        (node, path, to) => readFields<{ spread?: string }>({}, preferenceFields, node, path, to)?.spread,
      ),
    ),
  },
};

/** One container on every host is one on the engine at hand; jobs need a scheduler. */
const readMode: SetField<DeployDraft> = (draft, node, path, to) => {
  const mode = unlessEmpty(oneOf('replicated', 'global', 'replicated-job', 'global-job'))(node, path, to);
  if (mode === undefined) return;
  draft.mode = mode;
  if (mode === 'replicated-job' || mode === 'global-job') {
    to.error('unsupported-key', `the mode ${mode} is not supported: it is for Swarm`, node, path);
  }
};

const set = setter<DeployDraft>();
const deployFields: Fields<DeployDraft> = {
  scope: 'services.*.deploy',
  keys: {
    endpoint_mode: set('endpointMode', text),
    labels: set('labels', labels),
    mode: readMode,
    placement: set('placement', (node, path, to) =>
      readFields<Placement>({ constraints: [], preferences: [] }, placementFields, node, path, to),
    ),
    replicas: set('replicas', integer({ min: 0 })),
    resources: (draft, node, path, to) => void readFields(draft, resourceFields, node, path, to),
    restart_policy: readRestartPolicy,
    rollback_config: set('rollbackConfig', readUpdate('services.*.deploy.rollback_config')),
    update_config: set('updateConfig', readUpdate('services.*.deploy.update_config')),
  },
};

/** `deploy`. */
export function readDeploy(node: Node, path: Path, to: Reading): DeployDraft | undefined {
  const reservations = { devices: [], genericResources: [] };
  return readFields<DeployDraft>({ labels: {}, limits: {}, reservations }, deployFields, node, path, to);
}

/** The draft as part of a service: what both say is merged into the service. */
export function finishDeploy(draft: DeployDraft): Deploy {
  const { replicas: _replicas, limits: _limits, restartPolicy: _policy, mode, ...rest } = draft;
  const { reservations: reserved, ...said } = rest;
  const { memory: _memory, ...reservations } = reserved;
  const says =
    reservations.cpus !== undefined || reservations.devices.length + reservations.genericResources.length > 0;
  return { ...said, mode: mode ?? 'replicated', ...(says ? { reservations } : {}) };
}

function readRestartPolicy(deploy: DeployDraft, node: Node, path: Path, to: Reading): void {
  const draft = readFields<RestartDraft>({}, restartFields, node, path, to);
  if (draft === undefined) return;
  const { condition, maxAttempts, ...restart } = draft;
  deploy.restartPolicy = policyOf(condition, maxAttempts);
  if (Object.keys(restart).length > 0) deploy.restart = restart;
}

function policyOf(condition: RestartDraft['condition'] = 'any', maxAttempts = 0): RestartPolicy {
  switch (condition) {
    case 'none':
    case 'no':
      return { name: 'no' };
    case 'unless-stopped':
      return { name: 'unless-stopped' };
    case 'on-failure':
      return maxAttempts === 0
        ? { name: 'on-failure' }
        : { name: 'on-failure', maximumRetryCount: maxAttempts };
    default:
      return { name: 'always' };
  }
}
