import { EngineApiBackend } from '../engine-api/backend.ts';

/** A Docker engine. */
export class DockerBackend extends EngineApiBackend {
  readonly type = 'docker' as const;
}
