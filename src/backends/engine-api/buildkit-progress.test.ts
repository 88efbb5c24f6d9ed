import { expect, it } from 'vitest';
import type { ImageProgress } from '../../core/image.ts';
import { BuildLog } from './build-log.ts';
import { BuildkitProgress } from './buildkit-progress.ts';
import { decodeBuildkitStatus } from './buildkit-status.ts';
import { encodeProto } from './protobuf.ts';

const now = encodeProto([{ number: 1, value: 1_700_000_000 }]);

type Fields = Parameters<typeof encodeProto>[0];

function trace(...parts: readonly (readonly [number, Fields])[]): string {
  return encodeProto(parts.map(([number, fields]) => ({ number, value: encodeProto(fields) }))).toString(
    'base64',
  );
}

function vertex(digest: string, name: string, more: Fields = []): readonly [number, Fields] {
  return [
    1,
    [{ number: 1, value: digest }, { number: 2, value: 'input' }, { number: 3, value: name }, ...more],
  ];
}

function log(digest: string, message: Uint8Array): readonly [number, Fields] {
  return [
    3,
    [
      { number: 1, value: digest },
      { number: 2, value: now },
      { number: 3, value: 1 },
      { number: 4, value: message },
    ],
  ];
}

it('tells each step once, its output in whole characters, and transfers with their sizes', () => {
  const told: ImageProgress[] = [];
  const build = new BuildLog((progress) => told.push(progress));
  const progress = new BuildkitProgress(build);
  const started = { number: 5, value: now };
  const completed = { number: 6, value: now };
  const text = Buffer.from('grüße\n');
  for (const line of [
    trace(vertex('d1', '[1/2] FROM busybox')),
    trace(vertex('d1', '[1/2] FROM busybox', [{ number: 4, value: 1 }, started, completed])),
    trace(vertex('d2', '[2/2] RUN greet', [started]), log('d2', text.subarray(0, 3))),
    trace(vertex('d2', '[2/2] RUN greet', [started])),
    trace(log('d2', text.subarray(3))),
    trace([
      2,
      [
        { number: 1, value: `sha256:${'ab'.repeat(32)}` },
        { number: 2, value: 'd1' },
        { number: 3, value: 'extracting' },
        { number: 4, value: 5 },
        { number: 5, value: 10 },
      ],
    ]),
    trace([
      4,
      [
        { number: 1, value: 'd2' },
        { number: 3, value: 'do not' },
      ],
    ]),
    trace(vertex('d3', '[other]', [{ number: 7, value: 'context canceled' }])),
    trace(vertex('d2', '[2/2] RUN greet', [started, completed, { number: 7, value: 'exit code: 3' }])),
  ]) {
    progress.add(decodeBuildkitStatus(Buffer.from(line, 'base64')));
  }
  expect(told).toEqual([
    { kind: 'status', status: 'CACHED [1/2] FROM busybox' },
    { kind: 'status', status: '[2/2] RUN greet' },
    { kind: 'output', text: 'gr' },
    { kind: 'output', text: 'üße\n' },
    { kind: 'layer', id: 'abababababab', status: 'extracting', current: 5, total: 10 },
    { kind: 'status', status: 'WARN: do not' },
  ]);
  expect(progress.failedStep).toBe('[2/2] RUN greet');
  expect(build.failure('app', 'exit code: 3')).toMatchObject({
    code: 'BUILD_FAILED',
    details: { log: ['CACHED [1/2] FROM busybox', '[2/2] RUN greet', 'grüße'] },
  });
});

it('refuses a trace that is none', () => {
  expect(() => decodeBuildkitStatus(Buffer.from([0x0a, 0x7f]))).toThrowError(
    expect.objectContaining({ code: 'PROTOCOL' }),
  );
});
