import { expect, test } from 'vitest';
import { runLogStart } from './run-log.ts';

const at = (ms: number): Date => new Date(1_000_000 + ms);

test.each([
  ['the first run has the whole log', 'running', at(0), null, undefined],
  ['what never ran has no lines to leave out', 'created', null, null, undefined],
  ['a later run begins before the engine notes its start', 'running', at(900), at(500), at(700)],
  ['of a later run that ended, the end before is not known', 'exited', at(500), at(900), at(400)],
  [
    'one that ended before the engine noted its start began before its end',
    'exited',
    at(530),
    at(500),
    at(370),
  ],
] as const)('%s', (_, status, startedAt, finishedAt, expected) => {
  expect(runLogStart({ status, startedAt, finishedAt })).toEqual(expected);
});
