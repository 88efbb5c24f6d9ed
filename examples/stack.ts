import { connect, EventBus } from 'wherry';
import { down, up } from 'wherry/boot';
import { loadProject, nodeFiles } from 'wherry/compose';

await using backend = await connect();
const { project } = await loadProject({
  files: ['examples/quickstart/compose.yaml'],
  projectName: 'example-stack',
  workingDirectory: process.cwd(),
  env: process.env,
  access: nodeFiles,
});

const events = new EventBus();
events.subscribe({ types: ['container.started'] }, ({ data }) => console.log(`started ${data.service}`));

try {
  const summary = await up(backend, project, { wait: true, events });
  for (const { name, status } of summary.rows) console.log(`${name}: ${status}`);
} finally {
  await down(backend, { projectName: project.name, project, volumes: true, images: 'all' });
}
