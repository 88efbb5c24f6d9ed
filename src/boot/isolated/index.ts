export type { AssignedPort } from './assign-ports.ts';
export { type PlaceCopyOptions, placeCopy } from './isolate.ts';
export { isolateProject, sharedThings } from './isolate-project.ts';
export { type CopyQuestion, copyProject, IsolatedCopies, type IsolatedCopy } from './isolated-copies.ts';
export { type CopyPort, copyPorts, copyVariables, writeVariables } from './variables.ts';
