import { randomUUID } from 'node:crypto';
import type { Backend, BackendCapabilities, ContainerSpec, NetworkSpec, VolumeSpec } from '../core/index.ts';
import {
  type ConformanceContext,
  type ContainerOutput,
  type FinishedRun,
  type Fixtures,
  Skipped,
} from './case.ts';
import { eventually, includes, ok } from './expect.ts';

/** What all cases of a run share. */
export interface Surroundings {
  backend: Backend;
  capabilities: BackendCapabilities;
  fixtures: Fixtures;
  host: string;
  reopen: (() => Backend | Promise<Backend>) | undefined;
  /** Client that removes what the cases leave. Default: `backend`. */
  cleaner?: Backend;
}

/** Says `word` when it is ready to be told to stop, and then ends at once when it is. */
export function idleAfter(word: string): readonly string[] {
  return ['sh', '-c', `trap "exit 0" TERM INT; echo ${word}; while :; do sleep 3600 & wait $!; done`];
}

const caseLabel = 'dev.wherry.conformance';

/** The context of one case. `close()` removes all that was made, and fails when something cannot be removed. */
export class CaseContext implements ConformanceContext {
  readonly backend: Backend;
  readonly capabilities: BackendCapabilities;
  readonly fixtures: Fixtures;
  readonly host: string;
  readonly signal: AbortSignal;
  readonly labels: Readonly<Record<string, string>>;
  readonly selector: string;
  readonly #reopen: Surroundings['reopen'];
  readonly #cleaner: Backend;
  readonly #undo: (() => Promise<unknown>)[] = [];
  readonly #id = randomUUID().replaceAll('-', '').slice(0, 12);
  #names = 0;

  constructor(surroundings: Surroundings, signal: AbortSignal) {
    this.backend = surroundings.backend;
    this.capabilities = surroundings.capabilities;
    this.fixtures = surroundings.fixtures;
    this.host = surroundings.host;
    this.signal = signal;
    this.labels = { [caseLabel]: this.#id };
    this.selector = `${caseLabel}=${this.#id}`;
    this.#reopen = surroundings.reopen;
    this.#cleaner = surroundings.cleaner ?? surroundings.backend;
  }

  unique(stem = 'c'): string {
    this.#names += 1;
    return `wct-${stem}-${this.#id}-${this.#names}`;
  }

  create(spec: Partial<ContainerSpec> = {}): Promise<string> {
    return this.backend.create(
      { image: this.fixtures.shell, ...spec, labels: { ...spec.labels, ...this.labels } },
      { signal: this.signal },
    );
  }

  async start(spec: Partial<ContainerSpec> = {}): Promise<string> {
    const id = await this.create(spec);
    await this.backend.start(id, { signal: this.signal });
    return id;
  }

  async idle(spec: Partial<ContainerSpec> = {}): Promise<string> {
    const id = await this.start({ command: idleAfter('idle'), ...spec });
    await this.outputWith(id, 'idle');
    return id;
  }

  async run(spec: Partial<ContainerSpec> = {}): Promise<FinishedRun> {
    const id = await this.start(spec);
    const { exitCode } = await this.backend.wait(id, { signal: this.signal });
    return { id, exitCode, ...(await this.output(id)) };
  }

  shell(script: string, spec: Partial<ContainerSpec> = {}): Promise<FinishedRun> {
    return this.run({ command: ['sh', '-c', script], ...spec });
  }

  async output(id: string): Promise<ContainerOutput> {
    const out: Uint8Array[] = [];
    const err: Uint8Array[] = [];
    for await (const { kind, data } of this.backend.logs(id, { signal: this.signal }).chunks()) {
      (kind === 'stderr' ? err : out).push(data);
    }
    const bytes = Buffer.concat(out);
    return { stdout: bytes.toString(), stderr: Buffer.concat(err).toString(), bytes };
  }

  async outputWith(id: string, text: string): Promise<void> {
    let last = '';
    for await (const { data } of this.backend.logs(id, { signal: this.signal, follow: true }).chunks()) {
      last += Buffer.from(data).toString();
      if (last.includes(text)) return;
    }
    includes(last, text, 'output of the container');
  }

  async network(spec: Partial<NetworkSpec> = {}): Promise<string> {
    const { networks } = this.backend;
    ok(networks, 'the engine says that it has networking but `networks` is undefined');
    const name = spec.name ?? this.unique('net');
    this.defer(() => networks.remove(name));
    await networks.create(
      { ...spec, name, labels: { ...spec.labels, ...this.labels } },
      { signal: this.signal },
    );
    return name;
  }

  async volume(spec: Partial<VolumeSpec> = {}): Promise<string> {
    const { volumes } = this.backend;
    ok(volumes, 'the engine says that it has volumes but `volumes` is undefined');
    const name = spec.name ?? this.unique('vol');
    this.defer(() => volumes.remove(name));
    await volumes.create(
      { ...spec, name, labels: { ...spec.labels, ...this.labels } },
      { signal: this.signal },
    );
    return name;
  }

  imageName(stem: string): string {
    const name = `localhost/wherry-conformance/${stem}:${this.unique('i')}`;
    this.defer(() => this.backend.image(name).remove({ force: true }));
    return name;
  }

  defer(undo: () => Promise<unknown>): void {
    this.#undo.push(undo);
  }

  async reopen(): Promise<Backend> {
    if (this.#reopen === undefined) return this.skip('no `reopen` was given for a second client');
    const second = await this.#reopen();
    this.defer(async () => second[Symbol.asyncDispose]());
    return second;
  }

  skip(reason: string): never {
    throw new Skipped(reason);
  }

  async close(): Promise<void> {
    const failures: unknown[] = [];
    const attempt = async (undo: () => Promise<unknown>): Promise<void> => {
      await undo().catch((error: unknown) => {
        if ((error as { code?: unknown }).code !== 'NOT_FOUND') failures.push(error);
      });
    };
    const removeContainers = async (): Promise<void> => {
      const left = await this.#cleaner.list({ all: true, labels: [this.selector] });
      const remove = (id: string): Promise<void> => this.#cleaner.remove(id, { force: true });
      const outcomes = await Promise.allSettled(left.map(({ id }) => remove(id)));
      // What others depended on goes once they are gone.
      for (const [index, { id }] of left.entries()) {
        if (outcomes[index]?.status === 'rejected') await attempt(() => remove(id));
      }
    };
    await attempt(removeContainers);
    for (const undo of this.#undo.reverse()) await attempt(undo);
    if (this.#undo.length > 0) await attempt(removeContainers);
    if (failures.length > 0) throw new AggregateError(failures, 'what the case made could not be removed');
  }
}

/** Resolves when no container of the case is left: for calls that may end just before their last clean-up. */
export async function nothingLeft(context: ConformanceContext, what: string): Promise<void> {
  await eventually(
    async () => (await context.backend.list({ all: true, labels: [context.selector] })).length === 0,
    `${what}: a container was left behind`,
    { within: 5_000 },
  );
}
