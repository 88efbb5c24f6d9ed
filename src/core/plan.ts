import type { BackendCapabilities, CapabilityName } from './capabilities.ts';
import { WherryError } from './errors.ts';
import type { ContainerSpec } from './spec.ts';

/** One field of a spec that cannot be honoured, and why. */
export interface SpecProblem {
  /** `INVALID`: wrong on every engine. `UNSUPPORTED`: this engine cannot. */
  code: 'INVALID' | 'UNSUPPORTED';
  /** Path of the field: `ports[0].published`. */
  field: string;
  message: string;
}

interface Demand {
  field: string;
  needs: CapabilityName;
}

/** Every field of `spec` that an engine with `capabilities` cannot honour. Pure; empty means that it can run. */
export function unsupportedFields(spec: ContainerSpec, capabilities: BackendCapabilities): SpecProblem[] {
  const problems: SpecProblem[] = [];
  for (const { field, needs } of demands(spec)) {
    const capability = capabilities[needs];
    if (!capability.supported) problems.push({ code: 'UNSUPPORTED', field, message: capability.reason });
  }
  return problems;
}

/** Throws one error that lists all problems: `INVALID` when one of them is, else `UNSUPPORTED`. */
export function refuse(problems: readonly SpecProblem[], what: string): void {
  if (problems.length === 0) return;
  const code = problems.some((problem) => problem.code === 'INVALID') ? 'INVALID' : 'UNSUPPORTED';
  const list = problems.map((problem) => `${problem.field}: ${problem.message}`).join('; ');
  throw new WherryError(code, `${what} cannot be created: ${list}`, {
    hint:
      code === 'UNSUPPORTED'
        ? 'leave the field out, or choose an engine that supports it (`wherry doctor`)'
        : undefined,
    details: { problems },
  });
}

function demands(spec: ContainerSpec): Demand[] {
  const list: Demand[] = [];
  const want = (given: boolean, field: string, needs: CapabilityName): void => {
    if (given) list.push({ field, needs });
  };
  const { resources = {} } = spec;
  want(positive(resources.memory), 'resources.memory', 'memory');
  want(positive(resources.memoryReservation), 'resources.memoryReservation', 'memory');
  want(isSet(resources.memorySwap), 'resources.memorySwap', 'memorySwap');
  want(isSet(resources.memorySwappiness), 'resources.memorySwappiness', 'memorySwap');
  for (const field of ['cpus', 'cpuQuota', 'cpuPeriod', 'cpuShares'] as const) {
    want(positive(resources[field]), `resources.${field}`, 'cpu');
  }
  want(isSet(resources.cpuset), 'resources.cpuset', 'cpu');
  want(positive(resources.pids), 'resources.pids', 'pids');
  want(positive(resources.storage), 'resources.storage', 'storage');
  networkDemands(spec, want);
  for (const [index, mount] of (spec.volumes ?? []).entries()) {
    want(true, `volumes[${index}]`, mount.type === 'tmpfs' ? 'tmpfs' : 'volumes');
  }
  want(notEmpty(spec.secrets), 'secrets', 'files');
  want(notEmpty(spec.configs), 'configs', 'files');
  want(spec.restart !== undefined && spec.restart.name !== 'no', 'restart', 'restartPolicy');
  want(
    spec.healthcheck?.test !== undefined && spec.healthcheck.test[0] !== 'NONE',
    'healthcheck',
    'healthcheck',
  );
  want(isSet(spec.healthcheck?.startInterval), 'healthcheck.startInterval', 'healthStartInterval');
  want(spec.init === true, 'init', 'init');
  want(spec.readOnly === true, 'readOnly', 'readOnlyRoot');
  want(spec.privileged === true, 'privileged', 'privileged');
  want(isSet(spec.platform), 'platform', 'platform');
  // A device that is named by its CDI name needs none of the engine's own drivers.
  want(spec.gpus?.some(({ driver }) => driver !== 'cdi') === true, 'gpus', 'gpus');
  return list;
}

function networkDemands(
  spec: ContainerSpec,
  want: (given: boolean, field: string, needs: CapabilityName) => void,
): void {
  const networks = Object.entries(spec.networks ?? {});
  want(spec.networkMode === 'host', 'networkMode', 'hostNetwork');
  want(networks.length > 0, 'networks', 'networking');
  want(networks.length > 1, 'networks', 'multipleNetworks');
  for (const [name, attachment] of networks) {
    want(notEmpty(attachment.aliases), `networks.${name}.aliases`, 'aliases');
    want(isSet(attachment.ipv4Address), `networks.${name}.ipv4Address`, 'staticAddresses');
    want(isSet(attachment.ipv6Address), `networks.${name}.ipv6Address`, 'staticAddresses');
    want(isSet(attachment.mtu), `networks.${name}.mtu`, 'attachmentMtu');
  }
  for (const index of (spec.ports ?? []).keys()) want(true, `ports[${index}]`, 'ports');
  want(notEmpty(spec.links), 'links', 'links');
  want(notEmpty(spec.dns), 'dns', 'dns');
}

function positive(value: number | undefined): boolean {
  return value !== undefined && value !== 0;
}

function isSet(value: unknown): boolean {
  return value !== undefined;
}

function notEmpty(list: readonly unknown[] | undefined): boolean {
  return list !== undefined && list.length > 0;
}
