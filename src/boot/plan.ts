/** What is to be done to reach a state, as plain data. Steps stand in an order in which they can be done one by one. */
export interface Plan {
  kind: 'up' | 'down';
  project: string;
  steps: readonly Step[];
  /** Ids of the steps in the earliest wave in which each can be done; for people, execution is finer. */
  waves: readonly (readonly string[])[];
  /** Nothing would be made, started, stopped or removed. */
  unchanged: boolean;
  warnings: readonly string[];
}

/** When something that a step needs is far enough. */
export type Until = 'done' | 'started' | 'healthy' | 'completed';

export interface Need {
  /** Id of another step of the plan. */
  step: string;
  until: Until;
  /** False: the step goes on when the other one failed. */
  required: boolean;
}

export type ResourceAction = 'create' | 'remove';

/** Why a container is not kept as it is. */
export type ChangeReason =
  | 'missing'
  | 'config-changed'
  | 'image-changed'
  | 'forced'
  | 'dependency-recreated'
  | 'not-running'
  | 'left-over'
  | 'scaled-down'
  | 'orphan'
  | 'down';

interface StepBase {
  /** Unique in the plan: `network default`, `container app-web-1`. */
  id: string;
  needs: readonly Need[];
}

export interface NetworkStep extends StepBase {
  kind: 'network';
  action: ResourceAction;
  /** Key in the file; null when it is known by its labels only. */
  key: string | null;
  name: string;
}

export interface VolumeStep extends StepBase {
  kind: 'volume';
  action: ResourceAction;
  key: string | null;
  name: string;
}

export interface ImageStep extends StepBase {
  kind: 'image';
  action: 'pull' | 'build' | 'remove';
  image: string;
  /** Services that use it. */
  services: readonly string[];
}

export interface ContainerStep extends StepBase {
  kind: 'container';
  action: 'create' | 'recreate' | 'start' | 'restart' | 'keep' | 'remove';
  service: string;
  /** Number of the replica, from 1. */
  number: number;
  /** Name that it has, or gets. */
  name: string;
  /** Id of the existing container; null when there is none yet. */
  current: string | null;
  reason: ChangeReason | null;
  /** It is created and not started (`noStart`). */
  start: boolean;
}

export type Step = NetworkStep | VolumeStep | ImageStep | ContainerStep;
