import { connect } from 'wherry';
import { Orchestrator } from 'wherry/orchestrator';

await using backend = await connect();
const orchestrator = new Orchestrator({ backend, directory: 'examples' });
const { services } = await orchestrator.discoverServices();
console.log(`found: ${services.map(({ name }) => name).join(', ')}`);

// One more of the same files, as a project of its own.
orchestrator.addService({ name: 'copy', composeFile: 'quickstart/compose.yaml', project: 'example-copy' });
try {
  const { outcome } = await orchestrator.startService('copy', { wait: true });
  console.log(`copy: ${outcome}`);
  for (const { name, status, containers } of await orchestrator.listServices())
    if (name === 'copy') console.log(`copy: ${status}, ${containers.running} of ${containers.total}`);
} finally {
  const { outcome } = await orchestrator.stopService('copy', { volumes: true, images: 'local' });
  console.log(`copy: ${outcome}`);
}
