import type { ContainerStatus, EngineHealth } from '../../core/container.ts';

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan';

const codes: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
};

/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

export const plain: Paint = (_style, text) => text;

export const colored: Paint = (style, text) => {
  const [on, off] = codes[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
};

/**
 * Whether a stream gets colours: `--no-color` and NO_COLOR say no, `--ansi always`, CLICOLOR_FORCE and FORCE_COLOR say yes,
 * else it must be a terminal that is not `dumb` (https://no-color.org, https://bixense.com/clicolors).
 */
export function wantsColor(
  env: Readonly<Record<string, string | undefined>>,
  options: { isTTY: boolean; noColor: boolean; forced: boolean },
): boolean {
  if (options.noColor || isSet(env.NO_COLOR)) return false;
  if (options.forced || isOn(env.CLICOLOR_FORCE) || isOn(env.FORCE_COLOR)) return true;
  return options.isTTY && env.TERM !== 'dumb' && env.CLICOLOR !== '0';
}

/** The colour of a status: green runs well, yellow is on its way, red is broken, dim is over. */
export function statusStyle(status: ContainerStatus, health: EngineHealth, exitCode: number | null): Style {
  if (status === 'dead' || health === 'unhealthy' || (status === 'exited' && (exitCode ?? 0) !== 0))
    return 'red';
  if (status === 'running') return health === 'starting' ? 'yellow' : 'green';
  return status === 'exited' || status === 'created' ? 'dim' : 'yellow';
}

const prefixStyles: readonly Style[] = ['cyan', 'yellow', 'green', 'magenta', 'blue', 'red'];

/** The colour of the `index`th of several sources of lines. */
export function prefixStyle(index: number): Style {
  return prefixStyles[index % prefixStyles.length] ?? 'cyan';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

function isOn(value: string | undefined): boolean {
  return isSet(value) && value !== '0';
}
