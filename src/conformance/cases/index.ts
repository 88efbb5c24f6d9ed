import type { ConformanceCase } from '../case.ts';
import { argvCases } from './argv.ts';
import { eventCases } from './events.ts';
import { execCases } from './exec.ts';
import { faultCases } from './faults.ts';
import { fileCases } from './files.ts';
import { healthCases } from './health.ts';
import { imageCases } from './images.ts';
import { inspectCases } from './inspect.ts';
import { lifecycleCases } from './lifecycle.ts';
import { limitCases } from './limits.ts';
import { nameCases } from './names.ts';
import { networkCases } from './network.ts';
import { portCases } from './ports.ts';
import { pruneCases } from './prune.ts';
import { recoveryCases } from './recovery.ts';
import { statsCases } from './stats.ts';
import { stopCases } from './stop.ts';
import { streamCases } from './streams.ts';
import { volumeCases } from './volumes.ts';
import { waitCases } from './wait.ts';

/** Every case, by topic. */
export const conformanceCases: readonly ConformanceCase[] = [
  ...lifecycleCases,
  ...stopCases,
  ...nameCases,
  ...waitCases,
  ...argvCases,
  ...streamCases,
  ...execCases,
  ...limitCases,
  ...portCases,
  ...networkCases,
  ...volumeCases,
  ...fileCases,
  ...imageCases,
  ...inspectCases,
  ...eventCases,
  ...statsCases,
  ...healthCases,
  ...recoveryCases,
  ...pruneCases,
  ...faultCases,
];
