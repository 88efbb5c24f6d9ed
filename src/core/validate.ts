import { isWherryError } from './errors.ts';
import type { SpecProblem } from './plan.ts';
import { isImageId, parseReference } from './reference.ts';
import type { ContainerSpec, PortMapping, VolumeMount } from './spec.ts';
import { checkFields } from './spec-fields.ts';

const nameGrammar = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;
const hostnameGrammar = /^[a-zA-Z0-9]([a-zA-Z0-9_.-]*[a-zA-Z0-9])?$/;

/** Every field of `spec` that is wrong on any engine. Pure; empty means valid. */
export function invalidFields(spec: ContainerSpec): SpecProblem[] {
  const problems: SpecProblem[] = [];
  const say = (field: string, message: string): void =>
    void problems.push({ code: 'INVALID', field, message });

  checkFields(spec, say);
  // What has not even the right type is not looked at any closer.
  if (problems.length > 0) return problems;
  checkImage(spec.image, say);
  if (spec.name !== undefined && (!nameGrammar.test(spec.name) || spec.name.length > 128)) {
    say('name', `"${spec.name}" must match [a-zA-Z0-9][a-zA-Z0-9_.-]* and have at most 128 characters`);
  }
  if (spec.hostname !== undefined && (!hostnameGrammar.test(spec.hostname) || spec.hostname.length > 64)) {
    say('hostname', `"${spec.hostname}" is not a host name of at most 64 characters`);
  }
  if (spec.workingDir !== undefined && !spec.workingDir.startsWith('/'))
    say('workingDir', 'must be an absolute path');
  checkVariables(spec.environment, say);
  for (const field of ['entrypoint', 'command'] as const)
    if (spec[field]?.some((word) => word.includes('\0'))) say(field, 'must not contain a NUL byte');
  for (const key of Object.keys(spec.labels ?? {})) if (key === '') say('labels', 'a label needs a name');
  for (const [index, port] of (spec.ports ?? []).entries()) checkPort(port, `ports[${index}]`, say);
  checkMounts(spec.volumes ?? [], say);
  for (const kind of ['secrets', 'configs'] as const) {
    for (const [index, file] of (spec[kind] ?? []).entries()) {
      if (!file.target.startsWith('/') || file.target.endsWith('/')) {
        say(`${kind}[${index}].target`, `"${file.target}" must be an absolute path of a file`);
      }
    }
  }
  const files = [...(spec.secrets ?? []), ...(spec.configs ?? [])].map(({ target }) => target);
  for (const target of new Set(files.filter((path, index) => files.indexOf(path) !== index))) {
    say('secrets', `"${target}" is the target of two files of \`secrets\` and \`configs\``);
  }
  for (const [index, server] of (spec.dns ?? []).entries()) {
    if (isIP(server) === 0) say(`dns[${index}]`, `"${server}" is not an IP address`);
  }
  if (spec.pullPolicy !== undefined && !['always', 'missing', 'never'].includes(spec.pullPolicy)) {
    say('pullPolicy', `"${spec.pullPolicy}" is none of always, missing and never`);
  }
  if (spec.autoRemove === true && !['no', undefined].includes(spec.restart?.name)) {
    say('autoRemove', `excludes the restart policy ${spec.restart?.name}`);
  }
  checkNetwork(spec, say);
  checkNumbers(spec, say);
  return problems;
}

/** Not imported: node:net costs every importer of this package 8 ms. */
function isIP(text: string): number {
  return process.getBuiltinModule('node:net').isIP(text);
}

type Say = (field: string, message: string) => void;

/** Says what no process can have in its environment. */
export function checkVariables(environment: ContainerSpec['environment'], say: Say): void {
  for (const [key, value] of Object.entries(environment ?? {})) {
    if (key === '' || key.includes('=')) say('environment', `"${key}" is not a variable name`);
    if (key.includes('\0') || value?.includes('\0')) say(`environment.${key}`, 'must not contain a NUL byte');
  }
}

function checkImage(image: string, say: Say): void {
  if (isImageId(image) || /^[0-9a-f]{12,63}$/.test(image)) return;
  try {
    parseReference(image);
  } catch (error) {
    if (!isWherryError(error)) throw error;
    say('image', error.message);
  }
}

function checkPort(port: PortMapping, field: string, say: Say): void {
  if (!isPort(port.target)) say(`${field}.target`, `${port.target} is not a port (1 to 65535)`);
  if (port.published !== undefined && port.published !== 0 && !isPort(port.published)) {
    say(`${field}.published`, `${port.published} is not a port (0 to 65535)`);
  }
  if (port.protocol !== undefined && !['tcp', 'udp', 'sctp'].includes(port.protocol)) {
    say(`${field}.protocol`, `"${port.protocol}" is none of tcp, udp and sctp`);
  }
  if (port.hostIp !== undefined && port.hostIp !== '' && isIP(port.hostIp) === 0) {
    say(`${field}.hostIp`, `"${port.hostIp}" is not an IP address`);
  }
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value < 65_536;
}

function checkMounts(mounts: readonly VolumeMount[], say: Say): void {
  const targets = new Set<string>();
  for (const [index, mount] of mounts.entries()) {
    const field = `volumes[${index}]`;
    if (!['bind', 'volume', 'tmpfs', 'image'].includes(mount.type)) {
      say(`${field}.type`, `"${mount.type}" is none of bind, volume, tmpfs and image`);
    }
    if (mount.type === 'image')
      checkImage(mount.source, (_field, message) => say(`${field}.source`, message));
    if (mount.type === 'bind' && mount.recursive === 'readonly' && mount.readOnly !== true) {
      say(`${field}.recursive`, 'is readonly only where the mount itself is: set readOnly');
    }
    if (!mount.target.startsWith('/')) say(`${field}.target`, `"${mount.target}" must be an absolute path`);
    if (targets.has(mount.target)) say(`${field}.target`, `"${mount.target}" is mounted twice`);
    targets.add(mount.target);
    if (mount.type === 'bind' && !mount.source.startsWith('/')) {
      say(`${field}.source`, `"${mount.source}" must be an absolute path`);
    }
    if (mount.type === 'volume' && mount.source !== undefined && !nameGrammar.test(mount.source)) {
      say(`${field}.source`, `"${mount.source}" is not a volume name`);
    }
  }
}

function checkNetwork(spec: ContainerSpec, say: Say): void {
  const networks = Object.entries(spec.networks ?? {});
  const exclusive =
    spec.networkMode === 'host' || spec.networkMode === 'none' || spec.networkMode?.startsWith('container:');
  if (exclusive && networks.length > 0)
    say('networks', `cannot be joined with networkMode "${spec.networkMode}"`);
  if (exclusive && spec.networkMode !== 'none' && (spec.ports ?? []).length > 0) {
    say(
      'ports',
      `cannot be published with networkMode "${spec.networkMode}": the container has no network of its own`,
    );
  }
  for (const [name, attachment] of networks) {
    if (attachment.ipv4Address !== undefined && isIP(attachment.ipv4Address) !== 4) {
      say(`networks.${name}.ipv4Address`, `"${attachment.ipv4Address}" is not an IPv4 address`);
    }
    if (attachment.ipv6Address !== undefined && isIP(attachment.ipv6Address) !== 6) {
      say(`networks.${name}.ipv6Address`, `"${attachment.ipv6Address}" is not an IPv6 address`);
    }
  }
}

function checkNumbers(spec: ContainerSpec, say: Say): void {
  if (spec.umask !== undefined && !(Number.isInteger(spec.umask) && spec.umask >= 0 && spec.umask <= 0o777)) {
    say('umask', `${spec.umask} is out of range (0 to 0o777)`);
  }
  const { resources = {}, healthcheck } = spec;
  for (const [name, value] of Object.entries(resources)) {
    if (typeof value !== 'number') continue;
    const least = name === 'memorySwap' || name === 'pids' ? -1 : 0;
    if (!Number.isFinite(value) || value < least) say(`resources.${name}`, `${value} is out of range`);
  }
  const { memory = 0, memorySwap } = resources;
  if (memorySwap !== undefined && memorySwap > 0 && memorySwap < memory) {
    say('resources.memorySwap', 'counts memory and swap together, so it cannot be less than memory');
  }
  if (
    resources.cpus !== undefined &&
    (resources.cpuQuota !== undefined || resources.cpuPeriod !== undefined)
  ) {
    say('resources.cpus', 'excludes cpuQuota and cpuPeriod');
  }
  for (const name of ['interval', 'timeout', 'startPeriod', 'startInterval', 'retries'] as const) {
    const value = healthcheck?.[name];
    if (value !== undefined && (!Number.isFinite(value) || value < 0))
      say(`healthcheck.${name}`, `${value} is out of range`);
  }
  if (healthcheck?.test !== undefined && !['NONE', 'CMD', 'CMD-SHELL'].includes(healthcheck.test[0] ?? '')) {
    say('healthcheck.test', 'starts with NONE, CMD or CMD-SHELL');
  }
  if (spec.stopGracePeriod !== undefined && !(spec.stopGracePeriod >= 0)) {
    say('stopGracePeriod', `${spec.stopGracePeriod} is out of range`);
  }
}
