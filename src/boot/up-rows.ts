import type { Project, Service } from '../compose/index.ts';
import { type Backend, isWherryError, type PublishedPort, type WherryError } from '../core/index.ts';
import { type DesiredService, specOf } from './desired.ts';
import { observeContainers } from './observed.ts';
import type { ChangeReason, ContainerStep } from './plan.ts';
import type { HeldPorts } from './port-holder.ts';
import { serviceUrl } from './service-url.ts';
import type { ImageState, ProjectState } from './state.ts';
import type { BootChange, BootContainer, BootRow, BootStatus } from './summary.ts';
import type { StepOutcome } from './up-run.ts';
import type { ProjectWatch } from './watch.ts';

export interface UpRowsInput {
  backend: Backend;
  project: Project;
  desired: ReadonlyMap<string, DesiredService>;
  outcomes: readonly StepOutcome[];
  state: ProjectState;
  watch: ProjectWatch;
  signal: AbortSignal;
}

interface ContainerOutcome extends StepOutcome {
  step: ContainerStep;
}

/** One row for every service of the plan, in the order of the file. */
export async function upRows(input: UpRowsInput): Promise<BootRow[]> {
  const byService = new Map<string, ContainerOutcome[]>();
  for (const outcome of input.outcomes.filter(isAboutService)) {
    const { service } = outcome.step;
    byService.set(service, [...(byService.get(service) ?? []), outcome]);
  }
  const ports = await publishedPorts(input, byService);
  return [...input.desired.values()].flatMap((service) => {
    const provided = input.outcomes.find(
      ({ step }) => step.kind === 'provider' && step.service === service.name,
    );
    if (provided !== undefined) return [providedRow(input, service.name, provided)];
    const outcomes = byService.get(service.name);
    return outcomes === undefined ? [] : [row(input, service, outcomes, ports)];
  });
}

/** The rows with the URLs of the ports that a `serve` listens on in place of the engine. */
export function asHeld(
  rows: readonly BootRow[],
  project: Project,
  held: HeldPorts,
  engineAddress: string,
): readonly BootRow[] {
  return rows.map((row) => {
    const service = project.services[row.name];
    const ports = held.get(row.name);
    if (row.url === null || service === undefined || ports === undefined) return row;
    return {
      ...row,
      url: serviceUrl(ports, { engineAddress, appProtocols: appProtocolsOf(service) }) ?? row.url,
    };
  });
}

function appProtocolsOf({ ports }: Service): ReadonlyMap<number, string> {
  return new Map(
    ports.flatMap(({ target, appProtocol }) =>
      appProtocol === undefined ? [] : [[target, appProtocol] as const],
    ),
  );
}

function isAboutService(outcome: StepOutcome): outcome is ContainerOutcome {
  const { step } = outcome;
  return step.kind === 'container' && step.action !== 'remove' && step.action !== 'stop';
}

function row(
  input: UpRowsInput,
  service: DesiredService,
  outcomes: readonly ContainerOutcome[],
  ports: ReadonlyMap<string, readonly PublishedPort[]>,
): BootRow {
  const required = isRequired(service.name, input);
  const error = worst(outcomes) ?? imageError(service.name, input.outcomes);
  const containers = outcomes.flatMap((outcome) => containerOf(input, outcome));
  const published = containers.flatMap(({ id }) => ports.get(id) ?? []);
  const appProtocols = appProtocolsOf(service.declared);
  return {
    name: service.name,
    status: statusOf(error, required),
    change: changeOf(outcomes),
    durationMs: Math.max(0, ...outcomes.map(({ durationMs }) => durationMs)),
    error,
    url:
      error === null ? serviceUrl(published, { engineAddress: input.backend.address, appProtocols }) : null,
    required,
    containers,
  };
}

/** What a provider makes has no container here. */
function providedRow(input: UpRowsInput, name: string, { error, durationMs }: StepOutcome): BootRow {
  const required = isRequired(name, input);
  return {
    name,
    status: statusOf(error, required),
    change: error === null ? 'started' : 'none',
    durationMs,
    error,
    url: null,
    required,
    containers: [],
  };
}

/** Its own failure before that of what it depends on. */
function worst(outcomes: readonly ContainerOutcome[]): WherryError | null {
  const errors = outcomes.flatMap(({ error }) => error ?? []);
  return errors.find((error) => !isWherryError(error, 'DEPENDENCY')) ?? errors[0] ?? null;
}

function imageError(service: string, outcomes: readonly StepOutcome[]): WherryError | null {
  const failed = outcomes.find(
    ({ step, error }) => error !== null && step.kind === 'image' && step.services.includes(service),
  );
  return failed?.error ?? null;
}

function statusOf(error: WherryError | null, required: boolean): BootStatus {
  if (error === null) return 'started';
  if (!required) return 'degraded';
  return isWherryError(error, 'DEPENDENCY') ? 'skipped' : 'failed';
}

/** Everything is required but what others depend on with `required: false` alone. */
function isRequired(name: string, { desired, outcomes }: UpRowsInput): boolean {
  const inScope = new Set(
    outcomes.flatMap(({ step }) =>
      step.kind === 'container' || step.kind === 'provider' ? step.service : [],
    ),
  );
  const uses = [...desired.values()]
    .filter((other) => inScope.has(other.name))
    .flatMap((other) => other.dependsOn[name] ?? []);
  return uses.length === 0 || uses.some((dependency) => dependency.required);
}

const changes: Readonly<Record<ContainerStep['action'], BootChange>> = {
  create: 'created',
  recreate: 'recreated',
  start: 'started',
  keep: 'kept',
  stop: 'none',
  remove: 'none',
};

/** Reasons to start what ran before. */
const restarts: readonly ChangeReason[] = ['dependency-recreated', 'dependency-restarted', 'network-changed'];

function changeOf(outcomes: readonly ContainerOutcome[]): BootChange {
  const order: readonly BootChange[] = ['recreated', 'created', 'restarted', 'started', 'kept'];
  const made = outcomes.filter(({ container }) => container !== null).map(containerChange);
  return order.find((change) => made.includes(change)) ?? 'none';
}

function containerChange({ step }: ContainerOutcome): BootChange {
  if (step.inherits !== undefined) return 'recreated';
  return step.action === 'start' && step.reason !== null && restarts.includes(step.reason)
    ? 'restarted'
    : changes[step.action];
}

function containerOf({ watch }: UpRowsInput, outcome: ContainerOutcome): BootContainer[] {
  const { container, step } = outcome;
  if (container === null) return [];
  const known = watch.state(container);
  const phase = known?.phase ?? 'created';
  const status = phase === 'removed' ? 'exited' : phase;
  const exitCode = status === 'exited' ? (known?.exitCode ?? null) : null;
  const health = status === 'running' ? (known?.health ?? 'none') : 'none';
  return [{ id: container, name: step.name, change: containerChange(outcome), status, health, exitCode }];
}

/** As the file says them; the engine is asked, once, when it chose some itself. */
async function publishedPorts(
  input: UpRowsInput,
  byService: ReadonlyMap<string, readonly ContainerOutcome[]>,
): Promise<ReadonlyMap<string, readonly PublishedPort[]>> {
  const known = new Map(input.state.containers.map(({ id, ports }) => [id, ports]));
  const found = new Map<string, readonly PublishedPort[]>();
  let open = false;
  for (const [name, outcomes] of byService) {
    const service = input.desired.get(name);
    if (service === undefined) continue;
    for (const { container, step, error } of outcomes) {
      if (container === null || error !== null) continue;
      const ports =
        step.action === 'keep' ? known.get(container) : declaredPorts(input.project, service, step.number);
      if (ports === undefined) open = true;
      else found.set(container, ports);
    }
  }
  if (!open) return found;
  const { backend, project, signal } = input;
  for (const { id, ports } of await observeContainers(backend, project.name, { signal }))
    found.set(id, ports);
  return found;
}

/** Undefined when the engine chooses one of them. */
function declaredPorts(
  project: Project,
  service: DesiredService,
  number: number,
): PublishedPort[] | undefined {
  const none = {
    images: new Map<string, ImageState>(),
    provided: {},
    containers: new Map<string, string>(),
    files: new Map<string, Uint8Array>(),
  };
  if (service.declared.ports.length === 0) return [];
  const { ports = [] } = specOf(
    project,
    { ...service, declared: { ...service.declared, secrets: [], configs: [] } },
    { number, ...none },
  );
  if (ports.some(({ published }) => published === undefined || published === 0)) return undefined;
  return ports.map(({ hostIp, published, target, protocol }) => ({
    hostIp: hostIp ?? null,
    published: published ?? null,
    target,
    protocol: protocol ?? 'tcp',
  }));
}
