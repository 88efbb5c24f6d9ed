import { isIP } from 'node:net';
import { isWherryError } from '../core/errors.ts';
import { isImageId, parseReference } from '../core/reference.ts';
import { dictionary, filledText, number, textIfAny, textOrTexts, wrongType } from './decode.ts';
import { absolutePath } from './paths.ts';
import type { Reading } from './reading.ts';
import type { Node, Path } from './tree.ts';

/** `dns`: addresses of name servers. */
export function readServers(node: Node, path: Path, to: Reading): string[] | undefined {
  const servers = textOrTexts(node, path, to);
  const wrong = servers?.find((server) => isIP(server) === 0);
  return wrong === undefined ? servers : to.error('value', `"${wrong}" is not an IP address`, node, path);
}

/** `environment`: names that a process can have. */
export function readEnvironment(
  node: Node,
  path: Path,
  to: Reading,
): Record<string, string | null> | undefined {
  const variables = dictionary(node, path, to);
  for (const [name, value] of Object.entries(variables ?? {})) {
    if (name === '' || /[=\0]/.test(name))
      to.error('value', `"${name}" is no name of a variable`, node, path);
    if (value?.includes('\0')) to.error('value', `the value of ${name} has a zero byte`, node, path);
  }
  return variables;
}

/** `image`: what is wrong with it is a warning, for a project can be taken down without it. */
export function readImage(node: Node, path: Path, to: Reading): string | undefined {
  const image = textIfAny(node, path, to);
  if (image === undefined || isImageId(image)) return image;
  try {
    parseReference(image);
  } catch (error) {
    if (!isWherryError(error)) throw error;
    to.warn('value', error.message, node, path, error.hint);
  }
  return image;
}

/** `container_name`. */
export function readContainerName(node: Node, path: Path, to: Reading): string | undefined {
  const name = filledText(node, path, to);
  if (name === undefined || /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) return name;
  const hint = 'use letters, digits, _, . and -, two at least, a letter or digit first';
  return to.error('value', `"${name}" is no container name`, node, path, hint);
}

/** The name of a profile. */
export function readProfile(node: Node, path: Path, to: Reading): string | undefined {
  const name = filledText(node, path, to);
  if (name === undefined || /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name)) return name;
  return to.error('value', `"${name}" is no profile name`, node, path);
}

/** A number of cores, also a part of one. */
export function readCpus(node: Node, path: Path, to: Reading): number | undefined {
  const cpus = number(node, path, to);
  return cpus !== undefined && cpus < 0 ? to.error('value', 'cannot be negative', node, path) : cpus;
}

/** `label_file`: a path or several, made absolute. */
export function readLabelFiles(node: Node, path: Path, to: Reading): string[] | undefined {
  return textOrTexts(node, path, to)?.map((file) => absolutePath(file, to.surroundings));
}

/** `umask`: octal digits, or a number that YAML read from them. */
export function readUmask(node: Node, path: Path, to: Reading): number | undefined {
  if (node.kind !== 'scalar' || node.value === null) return wrongType(node, path, to, 'octal digits');
  const digits = typeof node.value === 'number' ? node.value.toString(8) : node.text.replace(/^0o/, '');
  if (/^[0-7]{1,4}$/.test(digits)) return Number.parseInt(digits, 8);
  return to.error('value', `"${node.text}" are no octal digits`, node, path, 'write 0022');
}
