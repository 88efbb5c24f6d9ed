import { expect, test } from 'vitest';
import { networkHash, serviceHash, volumeHash } from './hash.ts';
import { loadProject } from './load.ts';
import { memoryFiles } from './memory-files.ts';
import type { Project } from './model.ts';

async function load(text: string): Promise<Project> {
  const access = memoryFiles({ '/app/compose.yaml': text });
  return (await loadProject({ workingDirectory: '/app', env: {}, access })).project;
}

const known = String.raw`
name: known
services:
  plain: {image: nginx}
  rich:
    image: "app:1"
    command: ["serve", "--x=<1>&"]
    environment: {A: 1, B: "é\u2028", C: }
    ports: ["8080:80", "127.0.0.1::53/udp"]
    volumes: ["data:/data:ro", "/anonymous"]
    healthcheck: {test: ["CMD", "true"], interval: 90s, retries: 0}
    deploy: {replicas: 3, resources: {limits: {cpus: "0.1", memory: 64m}}}
    ulimits: {nofile: 1024, core: {soft: 0, hard: 1}}
    stop_grace_period: 1m30s
    labels: {z: "1", a: "2"}
    depends_on: [plain]
    profiles: []
    scale: 3
    networks: {default: {aliases: [x]}}
  shared: {image: x, network_mode: "service:plain"}
volumes: {data: {}}
`;

test('hashes are those that docker compose v5.5.1 prints for the same file', async () => {
  const { services } = await load(known);
  const hashes = Object.values(services).map((service) => `${service.name} ${serviceHash(service)}`);
  expect(hashes).toEqual([
    'plain daef7adc9ecc59d4881bd1ebc06f26a836d35656f8b5fb0adfdb95b2d856fbd3',
    'rich 5ad5c518eb510997ef31c662b76e0d05b6e5b96fec8a2433ac68776d71aff695',
    'shared c73c8506bd38b868e61290910650ff6d81ed458b912bd75fd04a76f4776b15b1',
  ]);
});

test('a shared namespace is hashed with the container that it is of', async () => {
  const { shared } = (await load(known)).services;
  if (shared === undefined) throw new Error('there is no service');
  const one = serviceHash(shared, { containerOf: () => '1' });
  expect(one).not.toBe(serviceHash(shared));
  expect(one).not.toBe(serviceHash(shared, { containerOf: () => '2' }));
  expect(serviceHash(shared, { containerOf: () => undefined })).toBe(serviceHash(shared));
});

test('networks and volumes: a change shows, a driver that is the default does not', async () => {
  const hashes = async (network: string, volume: string): Promise<(string | undefined)[]> => {
    const text = `name: n\nservices: {a: {image: a, networks: [x], volumes: ["data:/d"]}}\nnetworks: {x: ${network}}\nvolumes: {data: ${volume}}\n`;
    const { networks, volumes } = await load(text);
    return [networks.x && networkHash(networks.x), volumes.data && volumeHash(volumes.data)];
  };
  const [network, volume] = await hashes('{}', '{}');
  expect(await hashes('{internal: false}', '{driver: local}')).toEqual([network, volume]);
  const [other, another] = await hashes('{internal: true}', '{driver: other}');
  expect(other).not.toBe(network);
  expect(another).not.toBe(volume);
});
