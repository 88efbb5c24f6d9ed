export { publishFindings, refuseUnpublishable } from './findings.ts';
export { imagesToCopy, publishProject } from './publish-project.ts';
export { readPublishedFiles } from './published-file.ts';
