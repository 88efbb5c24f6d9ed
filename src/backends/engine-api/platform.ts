/** `linux/arm/v7` as the OCI platform object that newer endpoints take. */
export function platformJson(platform: string): string {
  const [os = '', architecture, variant] = platform.toLowerCase().split('/');
  return JSON.stringify({
    os,
    ...(architecture === undefined ? {} : { architecture: canonicalArchitecture(architecture) }),
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
