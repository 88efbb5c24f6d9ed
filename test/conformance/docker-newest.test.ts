import { conformanceOf } from './suite.ts';

await conformanceOf('docker-newest');
