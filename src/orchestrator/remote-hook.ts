import type { CallOptions } from '../core/index.ts';
import type { OrchestratedService } from './service.ts';
import type { LiveStatus } from './status.ts';

/** Runs services on other hosts. An orchestrator that is given one asks it first, and does itself what it leaves. */
export interface RemoteHook {
  /** The host that the service is to run on; null: this machine. */
  place(service: OrchestratedService, options: CallOptions): Promise<string | null>;
  /** Resolves when it runs there; rejects when it does not, with nothing left behind. */
  start(service: OrchestratedService, host: string, options: CallOptions): Promise<void>;
  /** Resolves to the host that it was stopped on; null when it ran on none. */
  stop(service: OrchestratedService, options: CallOptions): Promise<string | null>;
  /** Where it runs and how it is; null when it runs on no other host. */
  status(service: OrchestratedService, options: CallOptions): Promise<(LiveStatus & { host: string }) | null>;
}
