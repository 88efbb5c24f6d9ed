/** A platform in the words of OCI, with an operating system: `AMD64` → `linux/amd64`, `linux` → `linux`. */
export function fullPlatform(platform: string): string {
  const words = platform.toLowerCase().split('/');
  if (words.length === 1 && !systems.has(words[0] ?? '')) words.unshift('linux');
  const [os = '', architecture, ...variant] = words;
  return [os, ...(architecture === undefined ? [] : [canonicalArchitecture(architecture)]), ...variant].join(
    '/',
  );
}

const systems: ReadonlySet<string> = new Set(['linux', 'windows', 'darwin', 'freebsd', 'wasip1']);

/** `linux/arm/v7` as the OCI platform object that newer endpoints take. */
export function platformJson(platform: string): string {
  const [os = '', architecture, variant] = fullPlatform(platform).split('/');
  return JSON.stringify({
    os,
    ...(architecture === undefined ? {} : { architecture }),
    ...(variant === undefined ? {} : { variant }),
  });
}

/** The kernel's and people's names for a machine as OCI's: `x86_64` → `amd64`. */
export function canonicalArchitecture(name: string): string {
  return aliases[name] ?? name;
}

const aliases: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armv7l: 'arm',
  armv6l: 'arm',
  armhf: 'arm',
  i386: '386',
  i686: '386',
};
