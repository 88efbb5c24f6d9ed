/** Whether Podman's `version` is older than `bound`. */
export function isOlder(version: string, bound: readonly [major: number, minor: number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < bound[0] || (major === bound[0] && minor < bound[1]);
}
