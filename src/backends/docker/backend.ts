import { type BackendCapabilities, unsupported } from '../../core/capabilities.ts';
import { EngineApiBackend } from '../engine-api/backend.ts';
import { certainCapabilities } from '../engine-api/capabilities.ts';
import { lackedKernelCapabilities } from './engine-process.ts';

/** A Docker engine. */
export class DockerBackend extends EngineApiBackend {
  readonly type = 'docker' as const;

  protected override async readCapabilities(): Promise<BackendCapabilities> {
    const [capabilities, lacked] = await Promise.all([
      super.readCapabilities(),
      lackedKernelCapabilities(this.address),
    ]);
    if (lacked.length === 0) return capabilities;
    const reason = `the engine itself lacks ${lacked.join(', ')} and cannot give all capabilities to a container`;
    return { ...capabilities, privileged: unsupported(reason) };
  }

  protected override certainCapabilities(apiVersion: string): BackendCapabilities {
    return certainCapabilities(apiVersion);
  }
}
