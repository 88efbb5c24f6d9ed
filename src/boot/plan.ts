/** What is to be done to reach a state, as plain data. Steps stand in an order in which they can be done one by one. */
export interface Plan {
  kind: 'up' | 'down';
  project: string;
  steps: readonly Step[];
  /** Ids of the steps by the earliest wave in which each can be done. For people: execution waits for less. */
  waves: readonly (readonly string[])[];
  /** Nothing would be made, started, stopped or removed. */
  unchanged: boolean;
  warnings: readonly string[];
  /** Names of volumes that differ from the file and stay as they are: made anew, they would lose their data. */
  divergedVolumes: readonly string[];
}

/**
 * How far a needed step must be: a container `created`, `replaced` (a new one may have to go again until then), `healthy` by its engine's check, or `completed`
 * with exit code 0.
 */
export type Until = 'done' | 'created' | 'replaced' | 'healthy' | 'completed';

export interface Need {
  /** Id of another step of the plan. */
  step: string;
  until: Until;
  /** False: the step goes on when the other one failed. */
  required: boolean;
}

/** A need that the step cannot do without. */
export function need(step: string, until: Until): Need {
  return { step, until, required: true };
}

/** Why a container is not kept as it is. */
export type ChangeReason =
  | 'missing'
  | 'config-changed'
  | 'image-changed'
  | 'forced'
  | 'network-changed'
  | 'volume-changed'
  | 'dependency-recreated'
  | 'dependency-restarted'
  | 'not-running'
  | 'paused'
  | 'left-over'
  | 'scaled-down'
  | 'orphan'
  | 'down';

interface StepBase {
  /** Unique in the plan: `network app_default`, `container app-web-1`, `stop app-web-1`. */
  id: string;
  needs: readonly Need[];
}

export interface NetworkStep extends StepBase {
  kind: 'network';
  action: 'create' | 'recreate' | 'remove';
  /** Key in the file; null when only its labels are known. */
  key: string | null;
  name: string;
  /** With `recreate`: the containers on it, and whether they are connected again (not those that are replaced). */
  attached?: readonly AttachedContainer[];
}

export interface AttachedContainer {
  id: string;
  service: string;
  /** Number of the replica. */
  number: number;
  returns: boolean;
}

export interface VolumeStep extends StepBase {
  kind: 'volume';
  action: 'create' | 'recreate' | 'remove';
  /** Key in the file; null when only its labels are known. */
  key: string | null;
  name: string;
}

export interface ImageStep extends StepBase {
  kind: 'image';
  action: 'pull' | 'build' | 'remove';
  image: string;
  /** Of which variant, where one is asked for. */
  platform?: string | undefined;
  /** Services that use it. */
  services: readonly string[];
}

export interface ProviderStep extends StepBase {
  kind: 'provider';
  action: 'up' | 'down';
  service: string;
  /** The program, as its service names it. */
  provider: string;
}

export type ContainerAction = 'create' | 'recreate' | 'start' | 'stop' | 'keep' | 'remove';

export interface ContainerStep extends StepBase {
  kind: 'container';
  action: ContainerAction;
  service: string;
  /** Number of the replica, from 1; 0 for a one-off container. */
  number: number;
  /** The name that it has, or gets. */
  name: string;
  /** Id of the existing container; null when there is none yet. */
  current: string | null;
  /** Its name, which differs from `name` when an `up` was cut off in the middle. */
  currentName: string | null;
  /** Null for `keep`. */
  reason: ChangeReason | null;
  /** False: it is not started (`noStart`), or it is removed. */
  start: boolean;
  /** Id of the container that is removed before, and whose anonymous volumes this one takes over. */
  inherits?: string;
}

export type Step = NetworkStep | VolumeStep | ImageStep | ProviderStep | ContainerStep;

/** Orders steps so that each stands after what it needs, earlier ones first where it does not matter, and adds the waves. */
export function planOf(
  kind: Plan['kind'],
  project: string,
  steps: readonly Step[],
  { warnings, divergedVolumes = [] }: { warnings: readonly string[]; divergedVolumes?: readonly string[] },
): Plan {
  const waves = wavesOf(steps);
  const byId = new Map(steps.map((step) => [step.id, step]));
  const ordered = waves.flat().flatMap((id) => byId.get(id) ?? []);
  const unchanged = steps.every((step) => step.kind === 'container' && step.action === 'keep');
  return { kind, project, steps: ordered, waves, unchanged, warnings, divergedVolumes };
}

function wavesOf(steps: readonly Step[]): string[][] {
  const known = new Set(steps.map((step) => step.id));
  const wave = new Map<string, number>();
  let open = [...steps];
  while (open.length > 0) {
    const ready = open.filter((step) =>
      step.needs.every((need) => wave.has(need.step) || !known.has(need.step)),
    );
    if (ready.length === 0)
      throw new Error(`steps need each other: ${open.map((step) => step.id).join(', ')}`);
    const depths = ready.map(
      (step) => 1 + Math.max(-1, ...step.needs.map((need) => wave.get(need.step) ?? -1)),
    );
    ready.forEach((step, index) => {
      wave.set(step.id, depths[index] ?? 0);
    });
    open = open.filter((step) => !wave.has(step.id));
  }
  const waves: string[][] = [];
  for (const step of steps) {
    const depth = wave.get(step.id) ?? 0;
    waves[depth] = [...(waves[depth] ?? []), step.id];
  }
  return waves;
}
