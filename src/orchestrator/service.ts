import type { WherryError } from '../core/index.ts';
import type { HealthTarget } from '../health/index.ts';

/** What an orchestrator starts and stops as one: a compose project, or a part of it. */
export interface ServiceInput {
  /** Unique. */
  name: string;
  /** Compose files to merge, in order; relative ones count from the orchestrator's directory. */
  composeFile: string | readonly string[];
  /** Default: those of `COMPOSE_PROFILES`. */
  profiles?: readonly string[] | undefined;
  /** Services of the files, with what they depend on. Default: all. */
  services?: readonly string[] | undefined;
  /** Name of the project on the engine. Default: what Compose calls it, by its file or folder. */
  project?: string | undefined;
  /** Whether its failure fails the whole. Default: true. */
  required?: boolean | undefined;
  /** Others of the orchestrator that are started before it and stopped after it. */
  dependsOn?: readonly string[] | undefined;
  /** Has to pass, beside the services' own health checks, before it counts as started. */
  health?: HealthTarget | undefined;
  description?: string | undefined;
}

/** A service of an orchestrator with everything filled in. */
export interface OrchestratedService {
  name: string;
  /** Absolute. */
  files: readonly string[];
  profiles: readonly string[];
  /** Empty: all. */
  services: readonly string[];
  /** Null: what Compose calls it. */
  project: string | null;
  required: boolean;
  dependsOn: readonly string[];
  health: HealthTarget | null;
  description: string;
  /** Services that its files declare, as they were when it was discovered. Empty for what was added. */
  declared: readonly string[];
  /** How it came to be known. */
  origin: 'added' | 'discovered';
  /** Why its files cannot be used, as far as is known; null when nothing speaks against them. */
  problem: WherryError | null;
}
