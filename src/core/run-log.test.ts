import { expect, test } from 'vitest';
import { runLogStart } from './run-log.ts';

const at = (ms: number): Date => new Date(1_000_000 + ms);

test.each([
  ['the first run has the whole log', at(0), null, undefined],
  ['what never ran has no lines to leave out', null, null, undefined],
  ['a later run begins before the engine notes its start', at(900), at(500), at(700)],
  ['of a later run that ended, the end before is not known', at(500), at(900), at(400)],
])('%s', (_, startedAt, finishedAt, expected) => {
  expect(runLogStart({ startedAt, finishedAt })).toEqual(expected);
});
