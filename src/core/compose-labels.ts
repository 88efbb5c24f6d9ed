type Name =
  | 'project'
  | 'service'
  | 'containerNumber'
  | 'oneOff'
  | 'configHash'
  | 'image'
  | 'imageVolumes'
  | 'dependsOn'
  | 'workingDirectory'
  | 'configFiles'
  | 'environmentFile'
  | 'network'
  | 'volume'
  | 'version'
  | 'hook'
  | 'slug';

/** The labels by which Docker Compose, and we with it, know what belongs to a project. */
export const composeLabel: Readonly<Record<Name, string>> = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  containerNumber: 'com.docker.compose.container-number',
  oneOff: 'com.docker.compose.oneoff',
  configHash: 'com.docker.compose.config-hash',
  /** Digest of the image that the container was made from. */
  image: 'com.docker.compose.image',
  /** Digests of the images whose files it mounts, as `target=digest` by target. */
  imageVolumes: 'com.docker.compose.image-volume-digest',
  dependsOn: 'com.docker.compose.depends_on',
  workingDirectory: 'com.docker.compose.project.working_dir',
  configFiles: 'com.docker.compose.project.config_files',
  environmentFile: 'com.docker.compose.project.environment_file',
  network: 'com.docker.compose.network',
  volume: 'com.docker.compose.volume',
  version: 'com.docker.compose.version',
  /** On containers in which a hook of the service runs. */
  hook: 'com.docker.compose.hook',
  /** What tells one-off containers of a service apart. */
  slug: 'com.docker.compose.slug',
};
