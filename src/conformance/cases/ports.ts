import { createServer } from 'node:net';
import { isWherryError, type PortMapping } from '../../core/index.ts';
import type { ConformanceCase } from '../case.ts';
import { deepEqual, equal, failsWith, includes, ok } from '../expect.ts';
import { configured, udpEchoPort } from '../fixtures/images.ts';
import { answers, datagram, exchange, freePort, portOf, publishedPort, server } from '../traffic.ts';

/** Ports of containers on the host. */
export const portCases: readonly ConformanceCase[] = [
  {
    name: 'ports: a TCP port is published where the engine chose, and read back',
    needs: ['ports'],
    run: async (t) => {
      const id = await t.start({ command: server(7000), ports: [{ target: 7000 }] });
      const port = await publishedPort(t, id, 7000);
      includes(await answers(t.host, port), 'served', 'answer on the published port');
    },
  },
  {
    name: 'ports: a fixed port, that ends with the container and comes back with it',
    needs: ['ports'],
    run: async (t) => {
      const published = await freePort();
      const id = await t.start({ command: server(7000), ports: [{ target: 7000, published }] });
      equal(await publishedPort(t, id, 7000), published, 'port in inspect');
      includes(await answers(t.host, published), 'served', 'answer');
      await t.backend.kill(id);
      await t.backend.wait(id);
      ok(
        !(await t.backend.inspect(id)).ports.some((port) => port.published !== null),
        'no port of an exited one',
      );
      await t.backend.start(id);
      includes(await answers(t.host, published), 'served', 'answer after the second start');
    },
  },
  {
    name: 'ports: a port that the image does not expose is published too; one that it exposes is not by itself',
    needs: ['ports'],
    run: async (t) => {
      const id = await t.idle({ image: t.fixtures.configured, ports: [{ target: 7000 }] });
      const { ports } = await t.backend.inspect(id);
      ok(
        ports.some(({ target, published }) => target === 7000 && published),
        'the port of the spec is published',
      );
      for (const port of ports.filter(({ target }) => target === configured.port)) {
        equal(port.published, null, 'a port that is only exposed');
      }
    },
  },
  {
    name: 'ports: a UDP port',
    needs: ['ports'],
    run: async (t) => {
      const id = await t.start({
        image: t.fixtures.bare,
        entrypoint: ['/udp-echo'],
        ports: [{ target: udpEchoPort, protocol: 'udp' }],
      });
      const port = await publishedPort(t, id, udpEchoPort, 'udp');
      equal(await datagram(t.host, port, 'ping'), 'ping', 'answer to a datagram');
    },
  },
  {
    name: 'ports: a host address is bound and no other',
    needs: ['ports'],
    run: async (t) => {
      const id = await t.start({ command: server(7000), ports: [{ target: 7000, hostIp: '127.0.0.1' }] });
      const { ports } = await t.backend.inspect(id);
      deepEqual(
        ports.filter(({ published }) => published !== null).map(({ hostIp }) => hostIp),
        ['127.0.0.1'],
        'addresses in inspect',
      );
      if (t.host !== '127.0.0.1') return;
      const port = await publishedPort(t, id, 7000);
      includes(await answers('127.0.0.1', port), 'served', 'answer on the address');
      const elsewhere = await exchange('127.0.0.2', port).catch((error: NodeJS.ErrnoException) => error.code);
      equal(elsewhere, 'ECONNREFUSED', 'answer on another address');
    },
  },
  {
    name: 'ports: several ports, one target twice',
    needs: ['ports'],
    run: async (t) => {
      const [one, two] = [await freePort(), await freePort()];
      const ports: PortMapping[] = [
        { target: 7000, published: one },
        { target: 7000, published: two },
        { target: 7001 },
        { target: 7001, protocol: 'udp' },
      ];
      const id = await t.start({ command: server(7000), ports });
      includes(await answers(t.host, one), 'served', 'answer on the first');
      includes(await answers(t.host, two), 'served', 'answer on the second');
      const info = await t.backend.inspect(id);
      for (const protocol of ['tcp', 'udp'] as const)
        ok(portOf(info, 7001, protocol), `port 7001/${protocol}`);
    },
  },
  {
    name: 'ports: ports in a row are listed one by one',
    needs: ['ports'],
    run: async (t) => {
      const ports = [7000, 7001, 7002].map((target) => ({ target, published: target + 20_000 }));
      await t.idle({ ports }).catch((error: unknown) => {
        if (!isWherryError(error, 'CONFLICT')) throw error;
        t.skip('one of the ports 27000 to 27002 is taken here');
      });
      const [row] = await t.backend.list({ labels: [t.selector] });
      const pairs = new Set(row?.ports.map(({ target, published }) => `${published}->${target}`));
      deepEqual([...pairs].sort(), ['27000->7000', '27001->7001', '27002->7002'], 'ports in the list');
      ok(
        row?.ports.every(({ hostIp }) => hostIp),
        'each has the address that it listens on',
      );
    },
  },
  {
    name: 'ports: a taken port is refused and its holder named',
    needs: ['ports'],
    run: async (t) => {
      const published = await freePort();
      const name = t.unique('holder');
      await t.idle({ name, ports: [{ target: 7000, published }] });
      const id = await t.create({ ports: [{ target: 7000, published }] }).catch((error: unknown) => error);
      const error = await failsWith(
        'PORT_TAKEN',
        async () => {
          if (typeof id !== 'string') throw id;
          await t.backend.start(id);
        },
        'a second container on the port',
      );
      equal(error.details.port, published, 'details.port');
      includes(JSON.stringify(error.details.holder ?? null), name, 'details.holder');
      includes(error.message, String(published), 'message');
    },
  },
  {
    name: 'ports: a port that a process of the host holds is refused',
    needs: ['ports', 'durablePorts'],
    run: async (t) => {
      if (t.host !== '127.0.0.1') t.skip('the engine is on another host');
      const holder = createServer();
      t.defer(async () => holder.close());
      await new Promise<void>((resolve) => holder.listen(0, '0.0.0.0', resolve));
      const published = (holder.address() as { port: number }).port;
      const error = await failsWith(
        'PORT_TAKEN',
        () => t.start({ ports: [{ target: 7000, published }] }),
        'a container on a port of another process',
      );
      equal(error.details.port, published, 'details.port');
    },
  },
  {
    name: 'ports: published ports outlive our connection to the engine',
    needs: ['ports', 'durablePorts'],
    run: async (t) => {
      const second = await t.reopen();
      const id = await second.create({
        image: t.fixtures.shell,
        command: server(7000),
        ports: [{ target: 7000 }],
        labels: t.labels,
      });
      await second.start(id);
      await second[Symbol.asyncDispose]();
      includes(
        await answers(t.host, await publishedPort(t, id, 7000)),
        'served',
        'answer after the client went',
      );
    },
  },
  {
    name: "ports: host is the host's own",
    needs: ['hostNetwork'],
    run: async (t) => {
      if (t.host !== '127.0.0.1') t.skip('the engine is on another host');
      const port = await freePort();
      await t.start({ command: server(port), networkMode: 'host' });
      includes(await answers('127.0.0.1', port), 'served', 'answer on a port of the host');
    },
  },
  {
    name: "ports: another container's network is shared",
    needs: ['networking'],
    run: async (t) => {
      const first = await t.start({ command: server(7000) });
      const run = await t.shell('until nc -w 1 127.0.0.1 7000; do sleep 0.1; done', {
        networkMode: `container:${first}`,
      });
      equal(run.stdout, 'served\n', 'answer on loopback');
    },
  },
];
