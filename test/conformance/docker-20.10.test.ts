import { conformanceOf } from './suite.ts';

await conformanceOf('docker-20.10');
