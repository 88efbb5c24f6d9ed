import type { ContainerSpec } from './spec.ts';

/** For callers without a type checker: a misspelt field is not silently ignored, and a string is no list of words. */
export function checkFields(spec: ContainerSpec, say: (field: string, message: string) => void): void {
  for (const [field, value] of Object.entries(spec)) {
    if (value === undefined) continue;
    const type = (fieldTypes as Readonly<Partial<Record<string, FieldType>>>)[field];
    if (type === undefined) say(field, 'is not a field of a container spec');
    else if (!isOfType[type](value)) say(field, `must be ${type}`);
  }
}

type FieldType =
  | 'a string'
  | 'a number'
  | 'true or false'
  | 'a list'
  | 'a list of strings'
  | 'an object'
  | 'an object of strings'
  | 'an object of strings and nulls';

const isOfType: Readonly<Record<FieldType, (value: unknown) => boolean>> = {
  'a string': (value) => typeof value === 'string',
  'a number': (value) => typeof value === 'number',
  'true or false': (value) => typeof value === 'boolean',
  'a list': (value) => Array.isArray(value),
  'a list of strings': (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  'an object': isPlainObject,
  'an object of strings': (value) =>
    isPlainObject(value) && Object.values(value).every((item) => typeof item === 'string'),
  'an object of strings and nulls': (value) =>
    isPlainObject(value) && Object.values(value).every((item) => item === null || typeof item === 'string'),
};

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const fieldTypes: Readonly<Record<keyof ContainerSpec, FieldType>> = {
  name: 'a string',
  image: 'a string',
  entrypoint: 'a list of strings',
  command: 'a list of strings',
  environment: 'an object of strings and nulls',
  workingDir: 'a string',
  user: 'a string',
  groupAdd: 'a list of strings',
  hostname: 'a string',
  domainname: 'a string',
  labels: 'an object of strings',
  annotations: 'an object of strings',
  umask: 'a number',
  volumes: 'a list',
  volumesFrom: 'a list of strings',
  secrets: 'a list',
  configs: 'a list',
  networkMode: 'a string',
  networks: 'an object',
  ports: 'a list',
  expose: 'a list of strings',
  dns: 'a list of strings',
  dnsSearch: 'a list of strings',
  dnsOpt: 'a list of strings',
  extraHosts: 'an object',
  links: 'a list',
  macAddress: 'a string',
  resources: 'an object',
  restart: 'an object',
  autoRemove: 'true or false',
  healthcheck: 'an object',
  logging: 'an object',
  init: 'true or false',
  stdinOpen: 'true or false',
  tty: 'true or false',
  stopSignal: 'a string',
  stopGracePeriod: 'a number',
  capAdd: 'a list of strings',
  capDrop: 'a list of strings',
  privileged: 'true or false',
  readOnly: 'true or false',
  securityOpt: 'a list of strings',
  devices: 'a list',
  deviceCgroupRules: 'a list of strings',
  gpus: 'a list',
  sysctls: 'an object of strings',
  useApiSocket: 'true or false',
  pid: 'a string',
  ipc: 'a string',
  uts: 'a string',
  usernsMode: 'a string',
  cgroup: 'a string',
  cgroupParent: 'a string',
  runtime: 'a string',
  oomKillDisable: 'true or false',
  oomScoreAdj: 'a number',
  platform: 'a string',
  pullPolicy: 'a string',
};
