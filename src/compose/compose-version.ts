/** The docker compose whose canonical model, hashes and labels ours are; it stands in the version label. */
export const composeVersion = '5.5.1';
