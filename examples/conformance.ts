import { connect } from 'wherry';
import { runConformance } from 'wherry/conformance';

await using backend = await connect();
const report = await runConformance(backend, {
  filter: (candidate) => candidate.name.startsWith('argv:'),
  onResult: ({ name, status }) => console.log(`${status}  ${name}`),
});
console.log(`${report.passed} passed, ${report.failed} failed`);
