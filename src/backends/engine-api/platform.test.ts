import { expect, test } from 'vitest';
import { fullPlatform, platformJson } from './platform.ts';

test.each([
  ['amd64', 'linux/amd64'],
  ['x86_64', 'linux/amd64'],
  ['Linux/AArch64', 'linux/arm64'],
  ['linux/arm/v7', 'linux/arm/v7'],
  ['linux', 'linux'],
  ['windows', 'windows'],
])('the platform %s is %s', (written, full) => {
  expect(fullPlatform(written)).toBe(full);
});

test('a machine alone is one of Linux for the engine too', () => {
  expect(JSON.parse(platformJson('arm64'))).toEqual({ os: 'linux', architecture: 'arm64' });
});
