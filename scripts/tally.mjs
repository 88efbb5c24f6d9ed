// Prints the tally of a vitest run: `node tally.mjs REPORT.json EXIT_CODE` → `12 passed, 0 failed, 1 skipped`.
// A run that failed without a failed test (a file that does not load, an unhandled rejection) counts as one failure.
import { existsSync, readFileSync } from 'node:fs';

const [report, exitCode] = process.argv.slice(2);
const counts = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
const { numPassedTests: passed = 0, numPendingTests: pending = 0, numTodoTests: todo = 0 } = counts;
const failed = Math.max(counts.numFailedTests ?? 0, exitCode === '0' ? 0 : 1);
console.log(`${passed} passed, ${failed} failed, ${pending + todo} skipped`);
