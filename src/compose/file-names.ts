/** Names of the project file, in the order in which they are looked for. */
export const composeFileNames: readonly string[] = [
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
];

/** Names of the file that is merged over it, in the order in which they are looked for. */
export const overrideFileNames: readonly string[] = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];
