export type {
  CaseResult,
  ConformanceCase,
  ConformanceContext,
  ConformanceReport,
  ContainerOutput,
  FinishedRun,
  Fixtures,
} from './case.ts';
export { conformanceCases } from './cases/index.ts';
export type { Surroundings } from './context.ts';
export { type FixtureOptions, prepareFixtures, removeFixtures } from './fixtures/images.ts';
export { type ConformanceOptions, prepareConformance, runCase, runConformance } from './run.ts';
