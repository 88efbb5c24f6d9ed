import { parseBytes } from './units.ts';

/** What the options of a tmpfs say, as `docker run --tmpfs` and the `tmpfs` of compose files take them. */
export interface TmpfsOptions {
  readOnly: boolean;
  /** Bytes. */
  size?: number;
  /** File mode bits. */
  mode?: number;
  /** What else Linux knows of, such as `exec` and `uid=1000`, as it was written. */
  others: string[];
  /** What no engine knows. */
  unknown: string[];
}

/** Engines mount every tmpfs so; saying it changes nothing. */
const defaults = new Set(['rw', 'noexec', 'nosuid', 'nodev', 'defaults']);

/** As the daemon checks them: moby's daemon/internal/mountutil and mount(8). */
const flags = new Set(
  `exec suid dev sync async dirsync mand nomand atime noatime diratime nodiratime relatime norelatime strictatime
  nostrictatime`.split(/\s+/),
);
const values = /^(?:size=\d+%|(?:uid|gid|nr_inodes|nr_blocks)=\d+[kmg]?|mpol=[\w:=,-]+)$/i;

/** Reads `size=64m,mode=1777,exec`. */
export function parseTmpfsOptions(text: string): TmpfsOptions {
  const options: TmpfsOptions = { readOnly: false, others: [], unknown: [] };
  for (const option of text.split(',').filter((part) => part !== '' && !defaults.has(part))) {
    const [key = '', value = ''] = option.split('=', 2);
    if (option === 'ro') options.readOnly = true;
    else if (key === 'size' && /^\d+(\.\d+)?[bkmgt]?b?$/i.test(value)) options.size = parseBytes(value);
    else if (key === 'mode' && /^[0-7]{1,4}$/.test(value)) options.mode = Number.parseInt(value, 8);
    else if (flags.has(option) || values.test(option)) options.others.push(option);
    else options.unknown.push(option);
  }
  return options;
}
