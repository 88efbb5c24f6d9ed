import type { Backend } from './backend.ts';
import type { CapabilityName } from './capabilities.ts';
import type { BackendConfig, BackendType } from './config.ts';
import { isWherryError, WherryError } from './errors.ts';
import { firesAfter } from './timer.ts';

/** Makes backends of one type. `open` may do I/O to find the engine, and fails with `UNAVAILABLE` when there is none. */
export interface BackendFactory {
  readonly type: BackendType;
  open(config: BackendConfig, options: { signal?: AbortSignal | undefined }): Promise<Backend>;
}

/** What became of one candidate in a selection. */
export interface Diagnosis {
  type: BackendType;
  usable: boolean;
  address: string | null;
  /** Why it is not usable, or which demand it does not meet; empty when usable. */
  reason: string;
  hint: string | null;
}

export interface SelectOptions {
  /** Capabilities that must be there. */
  require?: readonly CapabilityName[];
  /** Types to take first, best first. Default: order of registration. */
  prefer?: readonly BackendType[];
  configs?: Partial<Record<BackendType, BackendConfig>>;
  /** ms per candidate. Default: 3000. */
  probeTimeout?: number;
  signal?: AbortSignal;
}

export interface Selection {
  backend: Backend;
  /** One row for each candidate, in order of preference. */
  diagnosis: readonly Diagnosis[];
}

/** The error for an engine that takes connections and says nothing within the time limit of a probe (ms). */
export function engineHangs(name: string, milliseconds: number): WherryError {
  return new WherryError('UNAVAILABLE', `${name} did not answer within ${milliseconds / 1000} s`, {
    hint: 'the engine hangs or has too much to do: look into its log, and restart it',
    details: { address: name },
  });
}

/** The engines that a program knows. An instance, so that two users in one process do not disturb each other. */
export class BackendRegistry {
  readonly #factories = new Map<BackendType, BackendFactory>();

  /** `ALREADY_EXISTS` when the type is registered. */
  register(factory: BackendFactory): this {
    if (this.#factories.has(factory.type)) {
      throw new WherryError('ALREADY_EXISTS', `a backend of type "${factory.type}" is already registered`);
    }
    this.#factories.set(factory.type, factory);
    return this;
  }

  /** `NOT_FOUND` when the type is not registered. */
  get(type: BackendType): BackendFactory {
    const factory = this.#factories.get(type);
    if (factory === undefined) {
      const known = [...this.#factories.keys()].join(', ') || 'none';
      throw new WherryError('NOT_FOUND', `no backend of type "${type}" is registered`, {
        hint: `registered: ${known}`,
      });
    }
    return factory;
  }

  /** Types in the order of their registration. */
  available(): readonly BackendType[] {
    return [...this.#factories.keys()];
  }

  /** Opens a backend by its config; `config.type` says which. */
  async open(config: BackendConfig, options: { signal?: AbortSignal } = {}): Promise<Backend> {
    return this.get(config.type).open(config, options);
  }

  /** Probes all candidates side by side, each within its time limit, and takes the best that answers. `UNAVAILABLE` with all reasons otherwise. */
  async select(options: SelectOptions = {}): Promise<Selection> {
    const types = this.#ordered(options.prefer ?? []);
    const probes = await Promise.all(types.map((type) => this.#probe(type, options)));
    const chosen = probes.find((probe) => probe.backend !== undefined)?.backend;
    const diagnosis = probes.map((probe) => probe.diagnosis);
    await Promise.all(
      probes.map(async ({ backend }) => {
        if (backend !== undefined && backend !== chosen) await backend[Symbol.asyncDispose]();
      }),
    );
    if (chosen === undefined) {
      const reasons = diagnosis.map((row) => `${row.type}: ${row.reason}`).join('; ');
      throw new WherryError(
        'UNAVAILABLE',
        `no container engine can be used here: ${reasons || 'none is registered'}`,
        {
          hint:
            diagnosis.find((row) => row.hint !== null)?.hint ??
            '`wherry doctor` tells how to make one usable',
          details: { diagnosis },
        },
      );
    }
    return { backend: chosen, diagnosis };
  }

  /** Probes all candidates without choosing. */
  async diagnose(options: SelectOptions = {}): Promise<readonly Diagnosis[]> {
    const types = this.#ordered(options.prefer ?? []);
    return Promise.all(
      types.map(async (type) => {
        const { backend, diagnosis } = await this.#probe(type, options);
        await backend?.[Symbol.asyncDispose]();
        return diagnosis;
      }),
    );
  }

  #ordered(prefer: readonly BackendType[]): BackendType[] {
    const known = prefer.filter((type) => this.#factories.has(type));
    return [...new Set([...known, ...this.#factories.keys()])];
  }

  async #probe(
    type: BackendType,
    options: SelectOptions,
  ): Promise<{ backend: Backend | undefined; diagnosis: Diagnosis }> {
    const milliseconds = options.probeTimeout ?? 3000;
    const limit = firesAfter(milliseconds);
    const signal = options.signal === undefined ? limit : AbortSignal.any([limit, options.signal]);
    let backend: Backend | undefined;
    try {
      backend = await this.get(type).open(options.configs?.[type] ?? ({ type } as BackendConfig), { signal });
      await backend.healthCheck({ signal });
      const capabilities = options.require?.length ? await backend.capabilities({ signal }) : undefined;
      for (const name of options.require ?? []) {
        const capability = capabilities?.[name];
        if (capability?.supported === false) {
          throw new WherryError('UNSUPPORTED', `${name} is required: ${capability.reason}`);
        }
      }
      return { backend, diagnosis: { type, usable: true, address: backend.address, reason: '', hint: null } };
    } catch (thrown) {
      const address = backend?.address ?? null;
      await backend?.[Symbol.asyncDispose]();
      const isLate = limit.aborted && isWherryError(thrown, 'TIMEOUT');
      const error = isLate ? engineHangs(address ?? `the ${type} engine`, milliseconds) : thrown;
      const reason = error instanceof Error ? error.message : String(error);
      const hint = isWherryError(error) ? (error.hint ?? null) : null;
      return { backend: undefined, diagnosis: { type, usable: false, address, reason, hint } };
    }
  }
}
