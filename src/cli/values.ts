import type { ContainerStatus } from '../core/container.ts';
import { WherryError } from '../core/errors.ts';
import type { PortMapping, VolumeMount } from '../core/spec.ts';
import { parseTmpfsOptions } from '../core/tmpfs-options.ts';
import { parseDuration } from '../core/units.ts';
import { t } from './text.ts';

/** A whole number that is not negative. Fails with `INVALID`. */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new WherryError('INVALID', t('value.notNumber', { text }));
  return Number(text);
}

/** All that a container can be. */
export const containerStatuses: readonly ContainerStatus[] = [
  'created',
  'starting',
  'running',
  'paused',
  'stopping',
  'exited',
  'dead',
  'unknown',
];

/** `true` or `false`. */
export function yesOrNo(text: string): boolean {
  return oneOf(['true', 'false'], text) === 'true';
}

/** `text`, which must be one of `choices`. Fails with `INVALID`. */
export function oneOf<T extends string>(choices: readonly T[], text: string): T {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new WherryError('INVALID', t('value.notChoice', { text, names: choices.join(', ') }));
}

/** A number of lines, or all of them: `all`, or a number below 0 as docker has it. */
export function lineCount(text: string): number {
  return text === 'all' || /^-\d+$/.test(text) ? Number.POSITIVE_INFINITY : wholeNumber(text);
}

/** ms from seconds (`10`), as docker's `--time`, or from a duration (`1m30s`). */
export function seconds(text: string): number {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : parseDuration(text);
}

/** A moment: RFC 3339, a date, Unix seconds, or a duration before now (`10m`). */
export function moment(text: string): Date {
  if (/^\d+(\.\d+)?$/.test(text)) return new Date(Number(text) * 1000);
  if (/^\d{4}-\d{2}-\d{2}/.test(text)) {
    const date = new Date(text);
    if (!Number.isNaN(date.getTime())) return date;
    throw new WherryError('INVALID', t('value.notTime', { text }));
  }
  return new Date(Date.now() - parseDuration(text));
}

/** `NAME=VALUE`; a name alone takes its value from the environment, and is left out where that has none. */
export function environmentOf(
  pairs: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const pair of pairs) {
    const equals = pair.indexOf('=');
    if (equals === 0) throw new WherryError('INVALID', t('value.notVariable', { text: pair }));
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? env[name] : pair.slice(equals + 1);
    if (value !== undefined) result[name] = value;
  }
  return result;
}

/** `key=value` pairs; a key alone has an empty value. */
export function pairsOf(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const equals = pair.indexOf('=');
      return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    }),
  );
}

/** A published port as `docker run -p` takes it: `[[ip:][published]:]target[/protocol]`, ranges of equal length expanded. */
export function portMappings(text: string): PortMapping[] {
  const match =
    /^(?:(?:\[([^\]]+)\]|(\d+\.[\d.]+)):)?(?:(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/.exec(
      text,
    );
  const target = range(match?.[4]);
  const published = range(match?.[3]);
  const isWrong = match?.[3] !== undefined && published === undefined;
  if (match === null || target === undefined || isWrong) {
    throw new WherryError('INVALID', t('value.notPort', { text }), { hint: t('value.notPortFix') });
  }
  const hostIp = match[1] ?? match[2];
  const protocol = match[5] as PortMapping['protocol'];
  if (published !== undefined && published.length !== target.length) {
    throw new WherryError('INVALID', t('value.unequalRanges', { text }));
  }
  return target.map((port, index) => {
    const host = published?.[index];
    return {
      target: port,
      ...(hostIp === undefined ? {} : { hostIp }),
      ...(host === undefined ? {} : { published: host }),
      ...(protocol === undefined ? {} : { protocol }),
    };
  });
}

function range(text: string | undefined): number[] | undefined {
  if (text === undefined) return undefined;
  const [from = 0, to = from] = text.split('-').map(Number);
  if (to < from || to > 65_535) return undefined;
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

/** A mount as `docker run -v` takes it: `[source:]target[:options]`; `resolve` makes host paths absolute. */
export function volumeMount(text: string, resolve: (path: string) => string): VolumeMount {
  const parts = text.split(':');
  const [first = '', second, options = '', ...rest] = parts;
  if (text === '' || rest.length > 0 || (second !== undefined && first === '')) {
    throw new WherryError('INVALID', t('value.notVolume', { text }), { hint: t('value.notVolumeFix') });
  }
  if (second === undefined) return { type: 'volume', target: first };
  const words = options === '' ? [] : options.split(',');
  const unknown = words.find(
    (word) => !/^(ro|rw|z|Z|nocopy|r?(shared|slave|private)|cached|delegated|consistent)$/.test(word),
  );
  if (unknown !== undefined)
    throw new WherryError('INVALID', t('value.notVolumeOption', { text, option: unknown }));
  const readOnly = words.includes('ro') ? { readOnly: true } : {};
  if (!/^[./~]/.test(first)) {
    return {
      type: 'volume',
      source: first,
      target: second,
      ...readOnly,
      ...(words.includes('nocopy') ? { noCopy: true } : {}),
    };
  }
  const propagation = words.find((word) => /^r?(shared|slave|private)$/.test(word));
  const selinux = words.find((word) => word === 'z' || word === 'Z');
  return {
    type: 'bind',
    source: resolve(first),
    target: second,
    createHostPath: true,
    ...readOnly,
    ...(propagation === undefined ? {} : { propagation }),
    ...(selinux === 'z' || selinux === 'Z' ? { selinux } : {}),
  };
}

/** `/run` or `/run:size=64m,mode=1777`, as `docker run --tmpfs` takes it. */
export function tmpfsMount(text: string): VolumeMount {
  const [target = '', line = ''] = text.split(/:(.*)/s);
  const { readOnly, unknown, others, ...options } = parseTmpfsOptions(line);
  if (unknown[0] !== undefined)
    throw new WherryError('INVALID', t('value.tmpfsOption', { option: unknown[0] }));
  return {
    type: 'tmpfs',
    target,
    ...options,
    ...(readOnly ? { readOnly } : {}),
    ...(others.length === 0 ? {} : { options: others }),
  };
}

/** `name=soft[:hard]`, as `docker run --ulimit` takes it. */
export function ulimit(text: string): [string, { soft: number; hard: number }] {
  const match = /^([a-z]+)=(-?\d+)(?::(-?\d+))?$/.exec(text);
  if (match?.[1] === undefined) throw new WherryError('INVALID', t('value.notUlimit', { text }));
  const soft = Number(match[2]);
  return [match[1], { soft, hard: match[3] === undefined ? soft : Number(match[3]) }];
}
