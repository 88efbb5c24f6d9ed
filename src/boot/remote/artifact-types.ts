/** The media types of what `docker compose publish` writes. */
export const artifactTypes: {
  readonly project: string;
  readonly emptyConfig: string;
  readonly composeFile: string;
  readonly envFile: string;
} = {
  project: 'application/vnd.docker.compose.project',
  emptyConfig: 'application/vnd.docker.compose.config.empty.v1+json',
  composeFile: 'application/vnd.docker.compose.file+yaml',
  envFile: 'application/vnd.docker.compose.envfile',
};
