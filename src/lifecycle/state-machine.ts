import { type Logger, silentLogger, WherryError } from '../core/index.ts';
import { type Clock, systemClock } from './clock.ts';

/**
 * Where a service is in its life: `running` is up and in use, `idle` is up with nobody using it. `failed` did not start,
 * ended by itself, or could not be stopped.
 */
export type LifecycleState = 'stopped' | 'starting' | 'running' | 'idle' | 'stopping' | 'failed';

/** Where each state may lead. `stopped` and `failed` lead to `running` when somebody else started the service. */
export interface Transitions {
  stopped: 'starting' | 'running';
  starting: 'running' | 'stopping' | 'failed';
  running: 'idle' | 'stopping' | 'stopped' | 'failed';
  idle: 'running' | 'stopping' | 'stopped' | 'failed';
  stopping: 'stopped' | 'failed';
  failed: 'starting' | 'running' | 'stopping' | 'stopped';
}

/** The states that may follow on `S`. */
export type NextState<S extends LifecycleState> = Transitions[S];

const transitions: { readonly [S in LifecycleState]: readonly NextState<S>[] } = {
  stopped: ['starting', 'running'],
  starting: ['running', 'stopping', 'failed'],
  running: ['idle', 'stopping', 'stopped', 'failed'],
  idle: ['running', 'stopping', 'stopped', 'failed'],
  stopping: ['stopped', 'failed'],
  failed: ['starting', 'running', 'stopping', 'stopped'],
};

export interface Transition {
  from: LifecycleState;
  to: LifecycleState;
  time: Date;
  /** Why, for people; null where the states say it all. */
  reason: string | null;
  /** What led to `failed`; null otherwise. */
  error: WherryError | null;
}

export interface StateMachineOptions {
  /** For messages. */
  name: string;
  /** Transitions that are kept. Default: 50. */
  historySize?: number | undefined;
  clock?: Clock | undefined;
  /** Where errors of observers are reported. Default: silent. */
  logger?: Logger | undefined;
}

/** Knows the state of one service, and refuses what cannot follow on it. */
export class StateMachine {
  readonly #name: string;
  readonly #size: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #observers: Set<(transition: Transition) => void> = new Set();
  /** A ring: a service that is used often goes from idle to running and back for each use. */
  readonly #history: Transition[] = [];
  #moves = 0;
  #state: LifecycleState = 'stopped';

  constructor({ name, historySize, clock, logger }: StateMachineOptions) {
    this.#name = name;
    this.#size = Math.max(1, historySize ?? 50);
    this.#clock = clock ?? systemClock;
    this.#logger = logger ?? silentLogger;
  }

  get state(): LifecycleState {
    return this.#state;
  }

  /** Goes on to `to`. `CONFLICT` when the state is not `from`, or `to` cannot follow on it. */
  move<S extends LifecycleState>(
    from: S,
    to: NextState<S>,
    why: { reason?: string; error?: WherryError } = {},
  ): void {
    const allowed: readonly LifecycleState[] = transitions[from];
    if (this.#state !== from || !allowed.includes(to)) throw this.#illegal(from, to);
    this.#state = to;
    const time = new Date(this.#clock.now());
    const transition = { from, to, time, reason: why.reason ?? null, error: why.error ?? null };
    this.#history[this.#moves % this.#size] = transition;
    this.#moves += 1;
    for (const observer of this.#observers) {
      try {
        observer(transition);
      } catch (error) {
        this.#logger.error('an observer of states failed', { name: this.#name, error });
      }
    }
  }

  /** Calls `observer` after each transition; its errors are logged and go no further. Returns the way out. */
  observe(observer: (transition: Transition) => void): () => void {
    this.#observers.add(observer);
    return () => void this.#observers.delete(observer);
  }

  /** The last transitions, oldest first. */
  history(): readonly Transition[] {
    const oldest = this.#moves % this.#size;
    return [...this.#history.slice(oldest), ...this.#history.slice(0, oldest)];
  }

  #illegal(from: LifecycleState, to: LifecycleState): WherryError {
    const state = this.#state;
    return new WherryError('CONFLICT', `${this.#name} is ${state}: it cannot go from ${from} to ${to}`, {
      hint: `from ${state} it can go to ${transitions[state].join(', ')}`,
      details: { name: this.#name, state, from, to },
    });
  }
}
