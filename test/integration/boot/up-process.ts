import { defaultRegistry } from '../../../src/backends/index.ts';
import { up } from '../../../src/boot/index.ts';
import { loadProject } from '../../../src/compose/index.ts';

/** A process of its own that brings a project up, to be killed at any time: KIND HOST DIRECTORY NAME. */
const [, , kind, host = '', workingDirectory = '', projectName = ''] = process.argv;
const type = kind === 'podman' ? 'podman' : 'docker';
await using backend = await defaultRegistry().get(type).open({ type, host }, {});
const { project } = await loadProject({ workingDirectory, env: {}, projectName });
process.stdout.write('up\n');
await up(backend, project, { forceRecreate: true, wait: true });
