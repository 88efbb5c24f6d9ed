import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { environmentOf, moment, portMappings, seconds, tmpfsMount, ulimit, volumeMount } from './values.ts';

describe('portMappings', () => {
  it.each([
    ['80', [{ target: 80 }]],
    ['8080:80', [{ target: 80, published: 8080 }]],
    ['127.0.0.1:8080:80/udp', [{ target: 80, published: 8080, hostIp: '127.0.0.1', protocol: 'udp' }]],
    ['127.0.0.1::80', [{ target: 80, hostIp: '127.0.0.1' }]],
    ['[::1]:8080:80', [{ target: 80, published: 8080, hostIp: '::1' }]],
    [
      '8000-8001:80-81',
      [
        { target: 80, published: 8000 },
        { target: 81, published: 8001 },
      ],
    ],
  ])('reads %s', (text, expected) => {
    expect(portMappings(text)).toEqual(expected);
  });

  it.each(['', 'x', '80:x', '1:2:3:4', '80-79', '99999:80', '81-80:80', '8000-8002:80-81', '80/icmp'])(
    'refuses %j',
    (text) => {
      expect(() => portMappings(text)).toThrow(expect.objectContaining({ code: 'INVALID' }));
    },
  );

  it('never fails in another way', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0189:-/[].tcpudx') }), (text) => {
        try {
          for (const { target } of portMappings(text)) expect(Number.isInteger(target)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID' });
        }
      }),
    );
  });
});

describe('volumeMount', () => {
  const resolve = (path: string): string => `/here/${path}`;

  it.each([
    ['/data', { type: 'volume', target: '/data' }],
    ['name:/data', { type: 'volume', source: 'name', target: '/data' }],
    ['name:/data:ro', { type: 'volume', source: 'name', target: '/data', readOnly: true }],
    [
      './a:/data:z',
      { type: 'bind', source: '/here/./a', target: '/data', createHostPath: true, selinux: 'z' },
    ],
  ])('reads %s', (text, expected) => {
    expect(volumeMount(text, resolve)).toEqual(expected);
  });

  it.each(['', ':/data', 'a:/b:ro:x', 'a:/b:wrong'])('refuses %j', (text) => {
    expect(() => volumeMount(text, resolve)).toThrow(expect.objectContaining({ code: 'INVALID' }));
  });
});

describe('other values', () => {
  it('reads a tmpfs with its size and mode', () => {
    expect(tmpfsMount('/run:size=64m,mode=1777')).toEqual({
      type: 'tmpfs',
      target: '/run',
      size: 64 * 1024 * 1024,
      mode: 0o1777,
    });
    expect(tmpfsMount('/run:exec,ro,rw,uid=5,size=10%')).toEqual({
      type: 'tmpfs',
      target: '/run',
      readOnly: true,
      options: ['exec', 'uid=5', 'size=10%'],
    });
    expect(() => tmpfsMount('/run:bogus')).toThrow('"bogus" is no option of a tmpfs');
  });

  it('reads ulimits', () => {
    expect(ulimit('nofile=1024:2048')).toEqual(['nofile', { soft: 1024, hard: 2048 }]);
    expect(ulimit('core=0')).toEqual(['core', { soft: 0, hard: 0 }]);
    expect(() => ulimit('nofile')).toThrow(expect.objectContaining({ code: 'INVALID' }));
  });

  it('takes variables without a value from the environment', () => {
    expect(environmentOf(['A=1', 'B', 'C', 'D=x=y'], { B: 'from outside' })).toEqual({
      A: '1',
      B: 'from outside',
      D: 'x=y',
    });
  });

  it('reads seconds and durations as ms', () => {
    expect([seconds('10'), seconds('0.5'), seconds('1m30s')]).toEqual([10_000, 500, 90_000]);
  });

  it('reads moments: RFC 3339, Unix seconds, and spans before now', () => {
    expect(moment('2026-01-02T03:04:05Z').toISOString()).toBe('2026-01-02T03:04:05.000Z');
    expect(moment('1700000000').getTime()).toBe(1_700_000_000_000);
    expect(moment('1h').getTime()).toBeLessThan(Date.now() - 3_500_000);
    expect(() => moment('2026-99-99')).toThrow(expect.objectContaining({ code: 'INVALID' }));
  });
});
