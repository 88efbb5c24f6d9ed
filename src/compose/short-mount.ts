import { cleanPath, isWindowsPath } from './paths.ts';

/** A mount as its long form says it. */
export interface ShortMount {
  type: 'bind' | 'volume';
  /** A path as it was written, or the name of a volume; undefined: anonymous. */
  source?: string;
  target: string;
  readOnly?: boolean;
  bind?: { propagation?: string; selinux?: string };
  volume?: { nocopy?: boolean };
}

const propagations = new Set(['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave']);
/** Written for Docker on macOS; no engine on Linux ever looked at them. */
const withoutEffect = new Set(['cached', 'delegated', 'consistent', 'nocopy', 'z', 'Z']);

/** The mount of `[source:]target[:options]`; a string says what is wrong. */
export function parseShortMount(spec: string): ShortMount | string {
  const parts = splitSpec(spec);
  if (parts.some((part) => part === '')) return `"${spec}" has an empty part`;
  if (parts.length > 3) return `"${spec}" has too many colons`;
  const [first = '', second, flags] = parts;
  const inside = second ?? first;
  if (!inside.startsWith('/') && !isWindowsPath(inside)) return `"${inside}" is not an absolute path`;
  if (second === undefined) {
    const target = cleanPath(first);
    // So short a one has no options with the peer, which the hash shows.
    return { type: 'volume', target, ...(spec.length <= 2 ? {} : { volume: {} }) };
  }
  if (/^[a-z]$/i.test(first))
    return `"${spec}" starts like a Windows drive; volume names have two letters or more`;
  const target = cleanPath(second);
  const mount: ShortMount = isPath(first)
    ? { type: 'bind', source: first, target, bind: {} }
    : { type: 'volume', source: first, target, volume: {} };
  for (const flag of flags?.split(',') ?? []) {
    const fault = applyFlag(mount, flag, spec);
    if (fault !== undefined) return fault;
  }
  return mount;
}

/** The parts between colons; a Windows drive (`C:\data`) and a variable that is not filled in yet hold colons too. */
function splitSpec(spec: string): string[] {
  if (!spec.includes('${') && !/[a-z]:\\/i.test(spec)) return spec.split(':');
  const parts = [''];
  let depth = 0;
  for (let at = 0; at < spec.length; at++) {
    const character = spec[at] ?? '';
    if (character === '$' && spec[at + 1] === '{') depth += 1;
    if (character === '}' && depth > 0) depth -= 1;
    const part = parts[parts.length - 1] ?? '';
    const drive = /^[a-z]$/i.test(part) && spec[at + 1] === '\\';
    if (character === ':' && depth === 0 && !drive) parts.push('');
    else parts[parts.length - 1] = part + character;
  }
  return parts;
}

function applyFlag(mount: ShortMount, flag: string, spec: string): string | undefined {
  if (flag === 'ro') mount.readOnly = true;
  else if (flag === 'rw') delete mount.readOnly;
  else if (flag === 'nocopy' && mount.volume) mount.volume.nocopy = true;
  else if (propagations.has(flag) && mount.bind) mount.bind.propagation = flag;
  else if ((flag === 'z' || flag === 'Z') && mount.bind) mount.bind.selinux = flag;
  else if (!withoutEffect.has(flag)) return `"${flag}" in "${spec}" is no mount option`;
  return undefined;
}

function isPath(source: string): boolean {
  return isWindowsPath(source) || source.startsWith('.') || source.startsWith('/') || source.startsWith('~');
}
