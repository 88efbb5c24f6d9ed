import type { EngineHealth, ImageProgress, WherryError } from '../core/index.ts';
import type { Plan, Step } from './plan.ts';

/** Where a step is: `waiting` for what it needs, `working`, `started` and not known to be ready (health), or at its end. */
export type StepState = 'waiting' | 'working' | 'started' | 'ready' | 'skipped' | 'failed';

/** What `up`, `down` and the boot of endpoints report on their way. */
export type BootProgress =
  | { kind: 'planned'; plan: Plan }
  /** `error` is there when it failed or was skipped. `durationMs` counts from the start of the work, 0 before. */
  | { kind: 'step'; step: Step; state: StepState; durationMs: number; error: WherryError | null }
  | { kind: 'image'; image: string; services: readonly string[]; progress: ImageProgress }
  | { kind: 'health'; service: string; container: string; health: EngineHealth }
  /** What a hook of a service's container writes; `error` is there when it failed and that stops nothing. */
  | {
      kind: 'hook';
      /** As `post_start[0]`. */
      hook: string;
      service: string;
      container: string;
      line: string;
      error: WherryError | null;
    }
  /**
   * What a verb (`stop`, `restart`, …) does to a container that is there; `kept` is one that it left as it was, `healthy`
   * one that others waited for.
   */
  | {
      kind: 'verb';
      verb: ServiceVerb;
      service: string;
      container: string;
      state: 'working' | 'done' | 'kept' | 'healthy' | 'failed';
      error: WherryError | null;
    }
  /** What the provider of a service says on its way; `debug` is for those who look for a fault of it. */
  | { kind: 'provider'; service: string; level: 'info' | 'debug'; message: string }
  /** A language model that services use. */
  | { kind: 'model'; model: string; state: 'pulling' | 'configuring' | 'ready' }
  /** Another process works on the same project; this one waits until it is done. */
  | { kind: 'locked'; project: string; pid: number; since: Date };

/** What is done to containers of services that are there. */
export type ServiceVerb = 'start' | 'stop' | 'restart' | 'kill' | 'remove' | 'pause' | 'resume';

export type OnProgress = (progress: BootProgress) => void;
