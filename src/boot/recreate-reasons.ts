import type { Project } from '../compose/index.ts';
import type { DesiredService } from './desired.ts';
import { hasItsVolumes, isConnected, mountsItsImages } from './matches.ts';
import type { ObservedContainer } from './observed.ts';
import type { UpPlanOptions } from './options.ts';
import type { ContainerStep } from './plan.ts';
import { type Provided, providedHash, providedLabel, variablesFor } from './providers/provided.ts';
import { type ProjectState, variantKey } from './state.ts';

export interface RecreateReasonsInput {
  project: Project;
  current: ProjectState;
  options: UpPlanOptions;
  desired: ReadonlyMap<string, DesiredService>;
  provided: Provided;
  /** Whether the plan so far makes containers of the service. */
  isReplaced: (service: string) => boolean;
}

/** Why a container that is there is not as its service is declared. */
export class RecreateReasons {
  readonly #input: RecreateReasonsInput;
  readonly #named: ReadonlySet<string>;

  constructor(input: RecreateReasonsInput) {
    this.#input = input;
    this.#named = new Set(input.options.services);
  }

  /** Null when it can stay; `interrupted` are the numbers of which an `up` that was killed left something over. */
  of(
    service: DesiredService,
    one: ObservedContainer,
    interrupted: ReadonlySet<number> = new Set(),
  ): ContainerStep['reason'] {
    const { project, current, options, isReplaced } = this.#input;
    const named = this.#named.size === 0 || this.#named.has(service.name);
    const { forceRecreate, alwaysRecreateDeps } = options;
    if (named ? forceRecreate === true : alwaysRecreateDeps === true) return 'forced';
    if (options.noRecreate === true) return null;
    if (one.configHash !== service.configHash((other) => this.#firstOf(other))) return 'config-changed';
    if (this.#isProvidedAnew(service, one)) return 'config-changed';
    if (one.status === 'dead') return 'not-running';
    // An `up` that was killed while it replaced this one: the engine may still be stopping it.
    if (interrupted.has(one.number)) return 'left-over';
    // And one that was killed between the parts of a create left it without some of them.
    if (one.status === 'created' && service.madeInParts && options.noStart !== true) return 'left-over';
    const image = current.images.get(variantKey(service));
    const madeFrom = one.madeFrom ?? one.imageId;
    if (image !== undefined && madeFrom !== image.id && madeFrom !== image.engineId) return 'image-changed';
    if (!mountsItsImages(one, service, current.images)) return 'image-changed';
    if (service.shares.some(isReplaced)) return 'dependency-recreated';
    if (!isConnected(one, service, project, current.networks)) return 'network-changed';
    return hasItsVolumes(one, service, project, current.volumes) ? null : 'volume-changed';
  }

  /** Whether its providers now give other variables than it was made with, as far as they have run. */
  #isProvidedAnew({ declared }: DesiredService, { labels }: ObservedContainer): boolean {
    const { desired, provided } = this.#input;
    const providers = Object.keys(declared.dependsOn).filter(
      (name) => desired.get(name)?.declared.provider !== undefined,
    );
    if (!providers.every((name) => provided.has(name))) return false;
    return providedHash(variablesFor(declared, provided)) !== labels[providedLabel];
  }

  /** The container whose namespaces others share. */
  #firstOf(service: string): string | undefined {
    const mine = this.#input.current.containers.filter((one) => one.service === service && !one.oneOff);
    return mine.sort((a, b) => a.number - b.number)[0]?.id;
  }
}
