import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'wherry';
import { down, up, watchProject } from 'wherry/boot';
import { loadProject } from 'wherry/compose';

const directory = await mkdtemp(join(tmpdir(), 'example-watch-'));
await writeFile(join(directory, 'greeting'), 'hello');
await writeFile(
  join(directory, 'compose.yaml'),
  `services:
  web:
    image: quickstart-web
    command: [busybox, sleep, "3600"]
    init: true
    develop:
      watch:
        - action: sync+exec
          path: ./greeting
          target: /tmp/greeting
          exec: { command: [busybox, cat, /tmp/greeting] }
`,
);

await using backend = await connect();
const { project } = await loadProject({ workingDirectory: directory, env: {} });
const end = new AbortController();
try {
  await up(backend, project);
  await watchProject(backend, project, {
    signal: end.signal,
    onEvent: (event) => {
      console.log(event.kind);
      if (event.kind === 'enabled') void writeFile(join(directory, 'greeting'), 'good morning');
      if (event.kind === 'output') {
        console.log(event.line);
        end.abort();
      }
    },
  });
} finally {
  await down(backend, { projectName: project.name, project, timeout: 0 });
  await rm(directory, { recursive: true });
}
