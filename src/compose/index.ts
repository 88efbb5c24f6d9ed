export { composeLabel } from '../core/compose-labels.ts';
export { goJson, goJsonIndented } from './canonical/go-json.ts';
export { goYaml } from './canonical/go-yaml.ts';
export {
  type CanonicalMap,
  type CanonicalStruct,
  type CanonicalValue,
  canonicalMap,
  isMap,
  isStruct,
  structsIn,
  withFields,
} from './canonical/value.ts';
export { configDocument, configJson } from './config-document.ts';
export { type Crontab, type Every, parseCrontab } from './crontab.ts';
export { everyService } from './every-service.ts';
export type { FileAccess } from './file-access.ts';
export { type FileContents, readFileContents } from './file-contents.ts';
export { composeFileNames, overrideFileNames } from './file-names.ts';
export { networkHash, serviceHash, volumeHash } from './hash.ts';
export { imagesOf, imagesOnly, withPinnedImages } from './images.ts';
export { type KeyPlace, keyOfField } from './key-origins.ts';
export { type LoadedProject, type LoadOptions, loadProject } from './load.ts';
export type * from './model.ts';
export { containerName, firstContainer, imageName } from './names.ts';
export { nodeFiles } from './node-files.ts';
export { explainProblem, formatProblem, type Problem, type ProblemCode } from './problem.ts';
export { normalizeProjectName } from './project-name.ts';
export { loadRawModel } from './raw-model.ts';
export { type FetchedFile, isRemote, leadsOut, type RemoteFiles } from './remote-files.ts';
export { composeSupport, type KeySupport, type Verdict } from './support.ts';
export { type TemplateVariable, templateVariables } from './template-variables.ts';
export { contextServices, toBuildInput } from './to-build.ts';
export { toNetworkSpec, toVolumeSpec } from './to-resource-specs.ts';
export { containerLabels, serviceToSpec, type ToSpecOptions } from './to-spec.ts';
export { type OutsideProbe, outsideProbe } from './x-probe.ts';
export { type RestartOnUnhealthy, restartOnUnhealthy } from './x-restart.ts';
export { eagerGates, type ScaleToZero, scaleToZero } from './x-wherry.ts';
