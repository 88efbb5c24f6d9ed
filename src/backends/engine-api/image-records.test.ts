import { describe, expect, it } from 'vitest';
import { imageInfo, imageRowInfo } from './image-records.ts';

const id = `sha256:${'a'.repeat(64)}`;
const one = `sha256:${'1'.repeat(64)}`;
const two = `sha256:${'2'.repeat(64)}`;

describe('an image', () => {
  it('has the digest of the repository that was asked for', () => {
    const record = { Id: id, RepoDigests: [`other.io/app@${one}`, `docker.io/library/redis@${two}`] };
    expect(imageInfo(record, 'redis:7').digest).toBe(two);
    expect(imageInfo(record, 'docker.io/library/redis').digest).toBe(two);
    expect(imageInfo(record, 'other.io/app:latest').digest).toBe(one);
    expect(imageInfo(record, id).digest).toBe(one);
    expect(imageInfo(record, 'third.io/app').digest).toBeNull();
  });

  it('has its own digest in a containerd image store, whatever it is called', () => {
    const record = { Id: one, RepoDigests: [], Descriptor: { digest: one } };
    expect(imageInfo(record, 'local:1').digest).toBe(one);
  });

  it('picks the digest that was named when its repository has several', () => {
    const record = { Id: id, RepoDigests: [`redis@${one}`, `redis@${two}`] };
    expect(imageInfo(record, `redis@${two}`).digest).toBe(two);
  });

  it('is told in familiar names, in milliseconds and without empty words', () => {
    const info = imageInfo(
      {
        Id: 'a'.repeat(64),
        RepoTags: ['docker.io/library/redis:7', 'redis:7', '<none>:<none>'],
        Created: '0001-01-01T00:00:00Z',
        Size: 5,
        Os: 'linux',
        Architecture: 'arm',
        Variant: 'v7',
        Config: {
          Entrypoint: [],
          Cmd: ['redis-server'],
          Env: null,
          ExposedPorts: { '6379/tcp': {} },
          Volumes: { '/data': {} },
          Labels: { a: 'b' },
          Healthcheck: { Test: ['CMD', 'true'], Interval: 1_500_000_000, Retries: 2 },
        },
      },
      'redis:7',
    );
    expect(info).toEqual({
      id,
      digest: null,
      tags: ['redis:7'],
      digests: [],
      createdAt: null,
      size: 5,
      os: 'linux',
      architecture: 'arm',
      labels: { a: 'b' },
      config: {
        entrypoint: null,
        command: ['redis-server'],
        environment: [],
        workingDir: '',
        user: '',
        exposedPorts: ['6379/tcp'],
        volumes: ['/data'],
        stopSignal: null,
        healthcheck: { test: ['CMD', 'true'], interval: 1500, retries: 2 },
      },
    });
  });

  it('is known from a list as well', () => {
    expect(imageRowInfo({ Id: id, RepoDigests: [`redis@${one}`], Created: 60, Size: 1 })).toMatchObject({
      id,
      digest: one,
      createdAt: new Date(60_000),
      config: null,
    });
  });
});
