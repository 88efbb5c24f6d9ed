import type { BuildLog } from './build-log.ts';
import type { BuildkitStatus, BuildkitTransfer, BuildkitVertex } from './buildkit-status.ts';

/** Tells a build's steps, transfers and output as they come; each step once when it begins, and how it ended. */
export class BuildkitProgress {
  readonly #log: BuildLog;
  readonly #steps = new Map<string, Step>();
  #failed: Step | undefined;

  constructor(log: BuildLog) {
    this.#log = log;
  }

  /** Name of the step that failed. */
  get failedStep(): string | undefined {
    return this.#failed?.name;
  }

  add(status: BuildkitStatus): void {
    for (const vertex of status.vertexes) this.#vertex(vertex);
    for (const transfer of status.statuses) this.#transfer(transfer);
    for (const { vertex, message } of status.logs) {
      const { decoder } = this.#step(vertex);
      const text = decoder.decode(message, { stream: true });
      if (text !== '') this.#log.report({ kind: 'output', text });
    }
    for (const { text } of status.warnings) this.#log.report({ kind: 'status', status: `WARN: ${text}` });
  }

  #vertex(vertex: BuildkitVertex): void {
    const step = this.#step(vertex.digest);
    step.name = vertex.name || step.name;
    if (vertex.cached && step.state === 'waiting') {
      step.state = 'done';
      this.#log.step(`CACHED ${step.name}`);
    } else if (vertex.started && step.state === 'waiting') {
      step.state = 'running';
      this.#log.step(step.name);
    }
    if (vertex.completed) step.state = 'done';
    // A step that was cut short because another failed says so too.
    if (vertex.error !== '' && !/context canceled$/.test(vertex.error)) this.#failed ??= step;
  }

  #transfer({ id, vertex, name, current, total, completed }: BuildkitTransfer): void {
    this.#log.report({
      kind: 'layer',
      id: shortId(id || this.#step(vertex).name),
      status: completed ? `${name || 'transfer'} done` : name || 'transfer',
      current,
      total: total > 0 ? total : null,
    });
  }

  #step(digest: string): Step {
    let step = this.#steps.get(digest);
    if (step === undefined) {
      step = { name: digest, state: 'waiting', decoder: new TextDecoder() };
      this.#steps.set(digest, step);
    }
    return step;
  }
}

interface Step {
  name: string;
  state: 'waiting' | 'running' | 'done';
  /** Output comes cut anywhere, also inside a character. */
  decoder: InstanceType<typeof TextDecoder>;
}

function shortId(id: string): string {
  const digest = /sha256:([0-9a-f]{12})[0-9a-f]{52}/.exec(id)?.[1];
  return digest === undefined ? id : id.replace(/sha256:[0-9a-f]{64}/, digest);
}
