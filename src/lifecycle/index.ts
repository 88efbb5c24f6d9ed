export type { AcquireOptions, Lazy, Lease } from '../core/lazy.ts';
export type { ActivitySource } from './activity.ts';
export { BootLease } from './boot-lease.ts';
export type { BooterStopOptions, LazyBooterOptions, StartCall, StopCall } from './booter-options.ts';
export { type Clock, systemClock } from './clock.ts';
export { IdleRecord } from './idle-record.ts';
export { IdleShutdown, type IdleShutdownOptions } from './idle-shutdown.ts';
export { LazyBooter } from './lazy-booter.ts';
export {
  LifecycleManager,
  type LifecycleManagerOptions,
  type StopServiceOptions,
} from './lifecycle-manager.ts';
export type { BootRetry } from './retry.ts';
export {
  type AcquirePermitOptions,
  ConcurrencySemaphore,
  type Permit,
  type PermitOptions,
  type SemaphoreFigures,
} from './semaphore.ts';
export type * from './service-spec.ts';
export type * from './service-status.ts';
export {
  type LifecycleState,
  type NextState,
  StateMachine,
  type StateMachineOptions,
  type Transition,
  type Transitions,
} from './state-machine.ts';
