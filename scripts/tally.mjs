// Prints the tally of a vitest run: `node tally.mjs EXIT_CODE REPORT.json [AGAIN.json]` → `12 passed, 0 failed, 1 skipped`.
// AGAIN.json is of a second run of the files in which something failed; EXIT_CODE is that of the last run. A run that
// failed without a failed test (a file that does not load, an unhandled rejection) counts as one failure.
import { existsSync, readFileSync } from 'node:fs';

const [exitCode, ...reports] = process.argv.slice(2);
const [first, again] = reports.map((path) =>
  existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {},
);
const { numPassedTests: passed = 0, numPendingTests: pending = 0, numTodoTests: todo = 0 } = first;
const failedAtFirst = first.numFailedTests ?? 0;
const failed = again === undefined ? failedAtFirst : (again.numFailedTests ?? failedAtFirst);
const mended = Math.max(failedAtFirst - failed, 0);
console.log(
  `${passed + mended} passed, ${Math.max(failed, exitCode === '0' ? 0 : 1)} failed, ${pending + todo} skipped`,
);
