import { conformanceOf } from './suite.ts';

await conformanceOf('podman-5.4');
