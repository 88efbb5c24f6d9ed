// Prints the test files of a vitest report in which something failed, a line each: `node failed-files.mjs REPORT.json`.
import { existsSync, readFileSync } from 'node:fs';

const [report] = process.argv.slice(2);
const { testResults = [] } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
for (const { name, status } of testResults) if (status === 'failed') console.log(name);
