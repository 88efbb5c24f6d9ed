import { expect, test } from 'vitest';
import type { ContainerSpec } from '../../core/spec.ts';
import { dockerProblems } from './engine-problems.ts';

const spec: ContainerSpec = {
  image: 'x',
  umask: 0o77,
  annotations: { a: 'b' },
  gpus: [{ driver: 'cdi', deviceIds: ['a.b/c=d'] }],
  volumes: [
    { type: 'volume', target: '/a', subpath: 'x' },
    { type: 'bind', source: '/b', target: '/b', readOnly: true, recursive: 'readonly' },
    { type: 'image', source: 'x', target: '/c' },
    { type: 'bind', source: '/d', target: '/d', readOnly: true, recursive: 'writable' },
  ],
  networks: {
    first: { macAddress: '02:42:ac:11:77:01', priority: 1 },
    second: {
      macAddress: '02:42:ac:11:77:02',
      gwPriority: 1,
      interfaceName: 'a0',
      driverOpts: { 'com.docker.network.endpoint.sysctls': 'a=b' },
    },
  },
};

/** What each version of the API adds. */
const added: readonly [version: string, ...fields: string[]][] = [
  ['1.43', 'annotations'],
  ['1.44', 'gpus', 'networks.second.macAddress', 'volumes[1].recursive'],
  ['1.45', 'volumes[0].subpath'],
  ['1.46', 'networks.second.driverOpts'],
  ['1.48', 'networks.second.gwPriority', 'volumes[2]'],
  ['1.49', 'networks.second.interfaceName'],
  ['1.56', 'umask'],
];

test.each(added.map(([version], index) => ({ version, index })))(
  'API $version does what no version before it does',
  ({ version, index }) => {
    const refused = dockerProblems(spec, version).map(({ field }) => field);
    expect(refused.sort()).toEqual(
      added
        .slice(index + 1)
        .flatMap(([, ...fields]) => fields)
        .sort(),
    );
    const before = `1.${Number(version.split('.')[1]) - 1}`;
    const [, ...fields] = added[index] ?? [version];
    expect(dockerProblems(spec, before).map(({ field }) => field)).toEqual(expect.arrayContaining(fields));
  },
);
