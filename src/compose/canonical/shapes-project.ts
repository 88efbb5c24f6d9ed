import { always, extended, listOf, mapOf, type StructShape, said, shape } from './shape.ts';
import { serviceShape } from './shapes-service.ts';

export const networkShape: StructShape = shape({
  name: 'string',
  driver: 'string',
  driver_opts: 'mapping',
  ipam: shape({
    driver: 'string',
    config: listOf(
      shape({ subnet: 'string', gateway: 'string', ip_range: 'string', aux_addresses: 'mapping' }),
    ),
    options: 'mapping',
  }),
  external: 'boolean',
  internal: 'boolean',
  attachable: 'boolean',
  labels: 'mapping',
  enable_ipv4: said('boolean'),
  enable_ipv6: said('boolean'),
});

export const volumeShape: StructShape = shape({
  name: 'string',
  driver: 'string',
  driver_opts: 'mapping',
  external: 'boolean',
  labels: 'mapping',
});

const fileObject = shape({
  name: 'string',
  file: 'string',
  environment: 'string',
  content: 'string',
  external: 'boolean',
  labels: 'mapping',
  driver: 'string',
  driver_opts: 'mapping',
  template_driver: 'string',
});

const model = shape({
  name: 'string',
  model: 'string',
  context_size: 'integer',
  runtime_flags: 'strings',
});

/** Jobs are ours: the peer has none. */
export const jobShape: StructShape = extended(serviceShape, {
  triggers: said(
    shape({
      manual: said('boolean'),
      schedule: listOf(
        shape({ cron: 'string', timezone: 'string', concurrency: 'string', missed_fires: 'string' }),
      ),
    }),
  ),
});

export const projectShape: StructShape = shape({
  name: 'string',
  services: always(mapOf(serviceShape)),
  networks: mapOf(networkShape),
  volumes: mapOf(volumeShape),
  secrets: mapOf(fileObject),
  configs: mapOf(fileObject),
  models: mapOf(model),
  jobs: mapOf(jobShape),
});
