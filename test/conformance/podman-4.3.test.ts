import { conformanceOf } from './suite.ts';

await conformanceOf('podman-4.3');
