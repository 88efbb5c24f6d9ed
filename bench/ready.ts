import { connect } from 'node:net';
import Dockerode from 'dockerode';
import type { Backend } from '../src/core/index.ts';
import { HealthChecker, waitHealthy } from '../src/health/index.ts';
import { atMost, find, race, type Table } from './measure.ts';
import type { RawEngine } from './raw-engine.ts';

const port = '80/tcp';
const command = ['httpd', '-f', '-p', '80'];

/** Create, start and the first successful connection to a published port. */
export async function readyTable(options: {
  backend: Backend;
  raw: RawEngine;
  socketPath: string;
  image: string;
}): Promise<Table> {
  const { backend, raw, socketPath, image } = options;
  const docker = new Dockerode({ socketPath });
  const body = {
    Image: image,
    Cmd: command,
    ExposedPorts: { [port]: {} },
    HostConfig: { PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: '' }] } },
  };
  const checker = new HealthChecker();
  const rows = await race(
    {
      'raw API': async () => {
        const began = performance.now();
        const { Id } = await raw.call<{ Id: string }>('POST', '/v1.41/containers/create', body);
        await raw.call('POST', `/v1.41/containers/${Id}/start`);
        const info = await raw.call<Inspected>('GET', `/v1.41/containers/${Id}/json`);
        await connected(hostPort(info));
        const took = performance.now() - began;
        await raw.call('DELETE', `/v1.41/containers/${Id}?force=1`);
        return took;
      },
      wherry: async () => {
        const began = performance.now();
        const id = await backend.create({ image, command, ports: [{ hostIp: '127.0.0.1', target: 80 }] });
        await backend.start(id);
        const { ports } = await backend.inspect(id);
        const published = ports.find((candidate) => candidate.published !== null)?.published ?? 0;
        await waitHealthy(checker, { kind: 'tcp', port: published });
        const took = performance.now() - began;
        await backend.remove(id, { force: true });
        return took;
      },
      dockerode: async () => {
        const began = performance.now();
        const container = await docker.createContainer(body);
        await container.start();
        await connected(hostPort((await container.inspect()) as unknown as Inspected));
        const took = performance.now() - began;
        await container.remove({ force: true });
        return took;
      },
      testcontainers: async () => {
        process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
        process.env.DOCKER_HOST = `unix://${socketPath}`;
        const { GenericContainer } = await import('testcontainers');
        const began = performance.now();
        const container = await new GenericContainer(image).withCommand(command).withExposedPorts(80).start();
        const took = performance.now() - began;
        await container.stop({ timeout: 0 });
        return took;
      },
    },
    // The engine's own time varies by more than the bar: it takes this many for the medians to stand still.
    21,
  );
  return {
    title: 'From create to the first connection',
    about:
      'Create and start a container, find its published port, connect. The raw API row is a minimal HTTP client doing the same calls.',
    unit: 'ms',
    rows,
    verdicts: [atMost('wherry − raw API', find(rows, 'wherry') - find(rows, 'raw API'), 20, 'ms')],
  };
}

interface Inspected {
  NetworkSettings: { Ports: Record<string, { HostPort: string }[] | null> };
}

function hostPort(info: Inspected): number {
  return Number(info.NetworkSettings.Ports[port]?.[0]?.HostPort);
}

async function connected(to: number): Promise<void> {
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port: to });
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
