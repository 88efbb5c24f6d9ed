import type { Project } from '../../compose/index.ts';
import { WherryError } from '../../core/index.ts';
import type { UpOptions } from '../options.ts';
import type { ProviderStep } from '../plan.ts';
import type { OnProgress } from '../progress.ts';
import type { ProvidedVariables } from './messages.ts';
import { runProvider } from './run-provider.ts';

export interface ProvidersInput {
  project: Project;
  signal: AbortSignal;
  report: OnProgress;
  onProvided: UpOptions['onProvided'];
}

/** The providers of an `up`: each runs once, whoever asks. */
export class Providers {
  readonly #input: ProvidersInput;
  readonly #runs = new Map<string, Promise<void>>();
  /** What those that have run gave. */
  readonly provided: Map<string, ProvidedVariables> = new Map();

  constructor(input: ProvidersInput) {
    this.#input = input;
  }

  /** Whether this one has been asked to run before. */
  hasRun({ service }: ProviderStep): boolean {
    return this.#runs.has(service);
  }

  up(step: ProviderStep): Promise<void> {
    const known = this.#runs.get(step.service);
    if (known !== undefined) return known;
    const run = this.#up(step);
    this.#runs.set(step.service, run);
    run.catch(() => undefined);
    return run;
  }

  async #up({ service }: ProviderStep): Promise<void> {
    const { project, signal, report: onProgress } = this.#input;
    const provider = project.services[service]?.provider;
    if (provider === undefined) throw new WherryError('INTERNAL', `${service} has no provider`);
    const variables = await runProvider('up', project, { service, provider }, { signal, onProgress });
    if (variables === null) return;
    this.provided.set(service, variables);
    this.#input.onProvided?.(service, variables);
  }
}
