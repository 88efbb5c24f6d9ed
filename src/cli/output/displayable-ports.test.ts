import { expect, it } from 'vitest';
import type { PublishedPort } from '../../core/container.ts';
import { displayablePorts } from './displayable-ports.ts';

const port = (hostIp: string | null, published: number | null, target: number): PublishedPort => ({
  hostIp,
  published,
  target,
  protocol: 'tcp',
});

it('writes ports as docker does: ranges first, then what goes to another number', () => {
  expect(
    displayablePorts([
      port('127.0.0.1', 32801, 8080),
      port('::', 91, 91),
      port('0.0.0.0', 90, 90),
      port('::', 90, 90),
      port(null, null, 80),
      port('0.0.0.0', 91, 91),
      port(null, null, 82),
    ]),
  ).toBe('80/tcp, 82/tcp, 0.0.0.0:90-91->90-91/tcp, [::]:90-91->90-91/tcp, 127.0.0.1:32801->8080/tcp');
  expect(displayablePorts([])).toBe('');
});
