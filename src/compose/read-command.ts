import { parseDuration } from '../core/units.ts';
import { boolean, duration, integer, isEmpty, listOf, text, wrongType } from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import type { Healthcheck, PullPolicy, RestartPolicy } from './model.ts';
import type { Reading } from './reading.ts';
import { splitShellWords } from './shell-words.ts';
import type { Node, Path } from './tree.ts';

/** `command` and `entrypoint`: a list, or a line that is split into words; empty means the image's own. */
export function readCommand(node: Node, path: Path, to: Reading): string[] | undefined {
  if (node.kind === 'sequence') return listOf(text)(node, path, to);
  if (isEmpty(node)) return undefined;
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    return wrongType(node, path, to, 'a string or a list of strings');
  }
  const split = splitShellWords(node.value);
  if (split === undefined) {
    return to.error(
      'value',
      'has a quote or a parenthesis without its partner',
      node,
      path,
      'write it as a list',
    );
  }
  if (split.dropped !== undefined) {
    const message = `there is no shell here: "${split.dropped.trim()}" is dropped, as docker compose does`;
    to.warn('value', message, node, path, 'write ["sh", "-c", "…"] to use a shell');
  }
  return split.words;
}

const set = setter<Healthcheck>();
const healthFields: Fields<Healthcheck> = {
  scope: 'services.*.healthcheck',
  keys: {
    disable: set('disable', boolean),
    interval: set('interval', duration),
    retries: set('retries', integer({ min: 0 })),
    start_interval: set('startInterval', duration),
    start_period: set('startPeriod', duration),
    test: set('test', readTest),
    timeout: set('timeout', duration),
  },
};

/** `healthcheck`. A test of `NONE` is the same as `disable: true`. */
export function readHealthcheck(node: Node, path: Path, to: Reading): Healthcheck | undefined {
  const check = readFields<Healthcheck>({ disable: false }, healthFields, node, path, to);
  if (check?.test?.[0] !== 'NONE') return check;
  const { test: _test, ...rest } = check;
  return { ...rest, disable: true };
}

function readTest(node: Node, path: Path, to: Reading): string[] | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    return node.value === '' ? undefined : ['CMD-SHELL', node.value];
  }
  if (node.kind !== 'sequence') return wrongType(node, path, to, 'a string or a list of strings');
  const words = listOf(text)(node, path, to);
  const [kind] = words ?? [];
  if (words === undefined || kind === undefined) return undefined;
  if (kind === 'NONE') return words;
  if (kind !== 'CMD' && kind !== 'CMD-SHELL') {
    return to.error('value', `starts with "${kind}"`, node, path, 'the first item is CMD, CMD-SHELL or NONE');
  }
  if (words.length > 1) return words;
  return to.error('value', `names no command after ${kind}`, node, path);
}

/** `restart`: `no`, `always`, `unless-stopped`, `on-failure` or `on-failure:5`. */
export function readRestart(node: Node, path: Path, to: Reading): RestartPolicy | undefined {
  // Many files say `restart: no`, which some YAML writers turn into false.
  if (node.kind === 'scalar' && node.value === false) return { name: 'no' };
  const word = text(node, path, to);
  if (word === undefined) return undefined;
  if (word === 'no' || word === '' || word === 'none') return { name: 'no' };
  if (word === 'always' || word === 'unless-stopped') return { name: word };
  const match = /^on-failure(?::(\d+))?$/.exec(word);
  if (match === null) {
    const hint = 'write no, always, unless-stopped, on-failure or on-failure:COUNT';
    return to.error('value', `"${word}" is no restart policy`, node, path, hint);
  }
  const maximumRetryCount = Number(match[1] ?? 0);
  return maximumRetryCount === 0 ? { name: 'on-failure' } : { name: 'on-failure', maximumRetryCount };
}

/** `pull_policy`. */
export function readPullPolicy(node: Node, path: Path, to: Reading): PullPolicy | undefined {
  const word = text(node, path, to);
  if (word === undefined) return undefined;
  if (word === 'always' || word === 'never' || word === 'missing' || word === 'build') return { when: word };
  if (word === 'if_not_present') return { when: 'missing' };
  if (word === 'refresh') return { when: 'always' };
  if (word === 'daily') return { when: 'refresh', every: parseDuration('1d') };
  if (word === 'weekly') return { when: 'refresh', every: parseDuration('1w') };
  const every = /^every_((?:\d+[wdhms])+)$/.exec(word)?.[1];
  if (every !== undefined) return { when: 'refresh', every: parseDuration(every) };
  const hint =
    'write always, never, missing, build, daily, weekly or every_ and a duration such as every_12h';
  return to.error('value', `"${word}" is no pull policy`, node, path, hint);
}
