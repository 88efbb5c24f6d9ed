import { expect, it } from 'vitest';
import { leaseRange } from './lease-range.ts';

it('gives the addresses of a range as Podman counts them', () => {
  expect(leaseRange('10.252.3.128/25')).toEqual({ start_ip: '10.252.3.129', end_ip: '10.252.3.255' });
  expect(leaseRange('10.252.3.77/32')).toEqual({ start_ip: '10.252.3.77', end_ip: '10.252.3.77' });
  expect(leaseRange('fd00:1::8000/113')).toEqual({
    start_ip: 'fd00:1:0:0:0:0:0:8001',
    end_ip: 'fd00:1:0:0:0:0:0:ffff',
  });
});
