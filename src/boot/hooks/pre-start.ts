import { setTimeout as sleep } from 'node:timers/promises';
import { composeVersion } from '../../compose/compose-version.ts';
import { defined } from '../../compose/defined.ts';
import {
  composeLabel,
  type FileContents,
  type Hook,
  imageName,
  type Project,
  type Service,
  serviceToSpec,
} from '../../compose/index.ts';
import {
  type Backend,
  type ContainerSpec,
  cancelled,
  type ImageProgress,
  isWherryError,
  label,
  newId,
  ownerValue,
  type VolumeMount,
  WherryError,
} from '../../core/index.ts';
import { lastLogLines } from '../../health/index.ts';
import { linksOn } from '../desired.ts';
import type { OnProgress } from '../progress.ts';
import { type HookedContainer, hookFailed, hookVariables } from './exec-hooks.ts';

export interface PreStartContext {
  backend: Backend;
  project: Project;
  /** Content of secrets and configs. */
  files: () => Promise<FileContents>;
  signal: AbortSignal;
  onProgress?: OnProgress | undefined;
}

/** Whether a container of the service runs that is not about to be started: it need not be prepared again then. */
export type OthersRun = () => boolean | Promise<boolean>;

/** ms that the last lines of a container which has ended may take to arrive. */
const patience = 1000;

/**
 * Runs `pre_start` hooks, each to its end in a container of its own which shares the volumes and networks of the service's:
 * once before the first container of a service starts, or before each with `per_replica`.
 */
export class PreStart {
  readonly #context: PreStartContext;
  readonly #first = new Map<string, Promise<void>>();

  constructor(context: PreStartContext) {
    this.#context = context;
  }

  /**
   * Resolves when `container` may start. Fails with `EXIT` when a hook does not end with 0: its container is kept then, to
   * be looked at, until the next start or `down`.
   */
  async before(service: Service, container: HookedContainer, othersRun: OthersRun): Promise<void> {
    if (service.preStart.length === 0) return;
    const known = this.#first.get(service.name);
    if (known !== undefined) {
      await known;
      return this.#runAll(service, container, { onlyPerReplica: true });
    }
    const first = this.#beforeFirst(service, container, othersRun);
    this.#first.set(service.name, first);
    return first;
  }

  async #beforeFirst(service: Service, container: HookedContainer, othersRun: OthersRun): Promise<void> {
    await this.#removeKept(service);
    const onlyPerReplica = await othersRun();
    await this.#runAll(service, container, { onlyPerReplica });
  }

  /** What failed hooks of before left to look at. */
  async #removeKept({ name }: Service): Promise<void> {
    const { backend, project, signal } = this.#context;
    const labels = [
      `${composeLabel.project}=${project.name}`,
      `${composeLabel.service}=${name}`,
      `${composeLabel.hook}=pre_start`,
    ];
    for (const { id } of await backend.list({ all: true, labels }, { signal })) {
      await backend.remove(id, { force: true, signal }).catch(ignoreGone);
    }
  }

  async #runAll(
    service: Service,
    container: HookedContainer,
    { onlyPerReplica }: { onlyPerReplica: boolean },
  ): Promise<void> {
    for (const [index, hook] of service.preStart.entries()) {
      if (onlyPerReplica && !hook.perReplica) continue;
      await this.#run(`pre_start[${index}]`, hook, service, container);
    }
  }

  async #run(name: string, hook: Hook, service: Service, container: HookedContainer): Promise<void> {
    const { backend, signal } = this.#context;
    const spec = await this.#spec(hook, service, container);
    const { image } = spec;
    const onProgress = (progress: ImageProgress): void =>
      this.#context.onProgress?.({ kind: 'image', image, services: [service.name], progress });
    const id = await backend.create(spec, { signal, onProgress });
    let kept = false;
    try {
      const exitCode = await this.#toItsEnd(id, { name, service: service.name, container: container.name });
      if (exitCode === 0) return;
      kept = true;
      const lastLines = await lastLogLines(backend, id, { count: 10, signal });
      const hooked = { id, name: service.name, service: service.name };
      throw keptToLookAt(hookFailed(name, hooked, exitCode, lastLines));
    } catch (error) {
      throw signal.aborted ? cancelled(signal) : error;
    } finally {
      if (!kept || signal.aborted) await backend.remove(id, { force: true }).catch(ignoreGone);
    }
  }

  async #toItsEnd(
    id: string,
    { name, service, container }: { name: string; service: string; container: string },
  ): Promise<number> {
    const { backend, signal, onProgress } = this.#context;
    const subscribed = Promise.withResolvers<void>();
    const end = backend.wait(id, { condition: 'next-exit', onSubscribed: subscribed.resolve, signal });
    await Promise.race([subscribed.promise, end]);
    end.catch(() => undefined);
    await backend.start(id, { signal });
    const told = { kind: 'hook', hook: name, service, container, error: null } as const;
    const done = new AbortController();
    const following =
      onProgress === undefined
        ? Promise.resolve()
        : this.#follow(id, (line) => onProgress({ ...told, line }), done.signal);
    try {
      const { exitCode } = await end;
      await Promise.race([following, sleep(patience, undefined, { ref: false })]);
      return exitCode;
    } finally {
      done.abort();
      await following;
    }
  }

  /** Logs are an extra: not every log driver can be read. */
  async #follow(id: string, onLine: (line: string) => void, signal: AbortSignal): Promise<void> {
    try {
      const records = this.#context.backend.logs(id, { follow: true, timestamps: false, signal });
      for await (const { line } of records) onLine(line);
    } catch (error) {
      if (!isWherryError(error)) throw error;
    }
  }

  /** As the peer does it: of the service it has volumes, networks, variables, secrets and configs, and no more. */
  async #spec(hook: Hook, service: Service, container: HookedContainer): Promise<ContainerSpec> {
    const { backend, project, files, signal } = this.#context;
    const links = await linksOn(backend, project, { signal });
    const base = serviceToSpec(project, service, { index: 1, oneOff: true, files: await files(), links });
    const { spec } = await backend.inspect(container.id, { signal });
    const { networks, networkMode, dns, dnsSearch, dnsOpt, extraHosts, secrets, configs, platform } = base;
    const user = hook.user ?? (hook.image === undefined ? service.user : undefined);
    const workingDir = hook.workingDir ?? (hook.image === undefined ? service.workingDir : undefined);
    const inherited = { networkMode, dns, dnsSearch, dnsOpt, extraHosts, secrets, configs, platform };
    return {
      ...defined<Partial<ContainerSpec>>({ ...inherited, user, workingDir }),
      name: newId(`${project.name}-${service.name}`),
      image: hook.image ?? imageName(project, service),
      pullPolicy: service.pullPolicy?.when === 'never' ? 'never' : 'missing',
      ...(hook.command.length === 0 ? {} : { command: hook.command }),
      environment: { ...base.environment, ...hookVariables(hook.environment) },
      volumes: (spec.volumes ?? []).map(asSeenFromBeside),
      networks: Object.fromEntries(
        // It is not the service: nobody is to reach it by its names.
        Object.entries(networks ?? {}).map(([network, attachment]) => [
          network,
          { ...attachment, aliases: [] },
        ]),
      ),
      privileged: hook.privileged,
      labels: {
        [composeLabel.project]: project.name,
        [composeLabel.service]: service.name,
        [composeLabel.version]: composeVersion,
        [composeLabel.hook]: 'pre_start',
        [label.owner]: ownerValue,
        [label.project]: project.name,
        [label.service]: service.name,
      },
    };
  }
}

/** What the service's image has there is for the service's own container to copy. */
function asSeenFromBeside(mount: VolumeMount): VolumeMount {
  return mount.type === 'volume' ? { ...mount, noCopy: true } : mount;
}

function keptToLookAt(error: WherryError): WherryError {
  const id = String(error.details.id).slice(0, 12);
  const { message, details } = error;
  return new WherryError('EXIT', `${message} (its container ${id} is kept to be looked at)`, { details });
}

function ignoreGone(error: unknown): void {
  if (!isWherryError(error, 'NOT_FOUND')) throw error;
}
