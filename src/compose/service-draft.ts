import type { CanonicalStruct } from './canonical/value.ts';
import type { RestartPolicy, Service } from './model.ts';
import type { BuildDraft } from './read-build.ts';
import type { DeployDraft } from './read-deploy.ts';
import { originOf, type Place } from './tree.ts';

/** A service as it was written, before defaults and the environment are filled in. */
export interface ServiceDraft extends Omit<Service, 'build' | 'restart' | 'scale' | 'deploy'> {
  build?: BuildDraft;
  restart?: RestartPolicy;
  /** The `scale` key; `deploy.replicas` may say it too. */
  scale?: number;
  deploy?: DeployDraft;
}

/** A service of which nothing is said yet. */
export function emptyService(name: string, place: Place, canonical: CanonicalStruct): ServiceDraft {
  return {
    name,
    origin: originOf(place),
    keyOrigins: {},
    environment: {},
    envFiles: [],
    labels: {},
    labelFiles: [],
    annotations: {},
    dependsOn: {},
    profiles: [],
    stdinOpen: false,
    tty: false,
    attach: true,
    ports: [],
    expose: [],
    networks: {},
    dns: [],
    dnsSearch: [],
    dnsOpt: [],
    extraHosts: {},
    links: [],
    externalLinks: [],
    volumes: [],
    tmpfs: [],
    secrets: [],
    configs: [],
    devices: [],
    deviceCgroupRules: [],
    gpus: [],
    volumesFrom: [],
    capAdd: [],
    capDrop: [],
    groupAdd: [],
    privileged: false,
    readOnly: false,
    securityOpt: [],
    sysctls: {},
    ulimits: {},
    resources: {},
    watch: [],
    preStart: [],
    postStart: [],
    preStop: [],
    models: {},
    useApiSocket: false,
    extensions: {},
    canonical,
  };
}
