import { describe, expect, test } from 'vitest';
import type { ContainerSpec } from '../../core/spec.ts';
import { createBody } from './create-body.ts';

const facts = { takesAllNetworks: true, labels: { 'dev.wherry.owner': 'wherry' } };
const bodyOf = (spec: Partial<ContainerSpec>, differences: Partial<typeof facts> = {}) =>
  createBody({ image: 'i', ...spec }, { ...facts, ...differences });

describe('the body of create', () => {
  test('says nothing that the spec does not say', () => {
    expect(bodyOf({})).toMatchInlineSnapshot(`
      {
        "Domainname": "",
        "Env": [],
        "ExposedPorts": {},
        "HostConfig": {
          "ExtraHosts": [],
          "PortBindings": {},
        },
        "Hostname": "",
        "Image": "i",
        "Labels": {
          "dev.wherry.owner": "wherry",
        },
        "OpenStdin": false,
        "StdinOnce": false,
        "Tty": false,
        "User": "",
        "WorkingDir": "",
      }
    `);
  });

  test.each<[string, Partial<ContainerSpec>, object]>([
    ['nothing is the image’s own', {}, {}],
    ['a command', { command: ['a'] }, { Cmd: ['a'] }],
    ['an entrypoint', { entrypoint: ['e'] }, { Entrypoint: ['e'] }],
    ['no entrypoint', { entrypoint: [], command: ['a'] }, { Entrypoint: [''], Cmd: ['a'] }],
    ['no command, so the image’s entrypoint is written out', { command: [] }, { Entrypoint: ['own'] }],
  ])('argv: %s', (_name, spec, expected) => {
    const { Entrypoint, Cmd } = createBody({ image: 'i', ...spec }, { ...facts, imageEntrypoint: ['own'] });
    expect(JSON.parse(JSON.stringify({ Entrypoint, Cmd }))).toEqual(expected);
  });

  test('a published port is exposed too, several may share a target, and 0 is any', () => {
    const { ExposedPorts, HostConfig } = bodyOf({
      ports: [
        { target: 80, published: 8080, hostIp: '127.0.0.1' },
        { target: 80, published: 0 },
        { target: 53, protocol: 'udp' },
      ],
      expose: ['9000', '9001/udp'],
    });
    expect(Object.keys(ExposedPorts ?? {})).toEqual(['80/tcp', '53/udp', '9000/tcp', '9001/udp']);
    expect(HostConfig.PortBindings).toEqual({
      '80/tcp': [
        { HostIp: '127.0.0.1', HostPort: '8080' },
        { HostIp: '', HostPort: '' },
      ],
      '53/udp': [{ HostIp: '', HostPort: '' }],
    });
  });

  test('milliseconds become nanoseconds for checks and whole seconds for the grace', () => {
    const { Healthcheck, StopTimeout } = bodyOf({
      healthcheck: { test: ['CMD', 'x'], interval: 1500, startInterval: 0.5 },
      stopGracePeriod: 1200,
    });
    expect(Healthcheck).toEqual({ Test: ['CMD', 'x'], Interval: 1.5e9, StartInterval: 500_000 });
    expect(StopTimeout).toBe(2);
  });

  test('networks: by priority; one at create where the engine takes no more', () => {
    const spec: Partial<ContainerSpec> = {
      networks: { low: {}, high: { priority: 10, ipv4Address: '10.0.0.9', aliases: ['h'] } },
    };
    expect(bodyOf(spec).HostConfig.NetworkMode).toBe('high');
    expect(Object.keys(bodyOf(spec).NetworkingConfig?.EndpointsConfig ?? {})).toEqual(['high', 'low']);
    expect(bodyOf(spec, { takesAllNetworks: false }).NetworkingConfig?.EndpointsConfig).toEqual({
      high: { Aliases: ['h'], IPAMConfig: { IPv4Address: '10.0.0.9' } },
    });
  });

  test('a missing bind source fails unless it is to be made', () => {
    const bind = { type: 'bind' as const, source: '/s', target: '/t' };
    expect(bodyOf({ volumes: [bind] }).HostConfig).toMatchObject({ Mounts: [{ Source: '/s' }] });
    const made = bodyOf({ volumes: [{ ...bind, createHostPath: true, readOnly: true }] }).HostConfig;
    expect(made).toMatchObject({ Binds: ['/s:/t:ro'] });
  });

  test('files under a read-only root lie on anonymous volumes, unless a mount is there', () => {
    const { Volumes } = bodyOf({
      readOnly: true,
      volumes: [{ type: 'volume', source: 'v', target: '/data' }],
      secrets: [{ target: '/run/secrets/a', content: '' }],
      configs: [
        { target: '/run/secrets/b', content: '' },
        { target: '/data/c', content: '' },
      ],
    });
    expect(Volumes).toEqual({ '/run/secrets': {} });
  });

  test('labels of ours win over those of the spec', () => {
    expect(bodyOf({ labels: { 'dev.wherry.owner': 'me', a: 'b' } }).Labels).toEqual({
      a: 'b',
      'dev.wherry.owner': 'wherry',
    });
  });
});
