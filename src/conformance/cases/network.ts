import { createSocket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import type { ContainerInfo, PortMapping } from '../../core/index.ts';
import type { ConformanceCase, ConformanceContext } from '../case.ts';
import { nothingLeft } from '../context.ts';
import { deepEqual, equal, eventually, failsWith, includes, ok } from '../expect.ts';
import { configured, udpEchoPort } from '../fixtures/images.ts';

/** Answers every connection with a line, for ever. */
const server = (port: number, text = 'served'): readonly string[] => [
  'sh',
  '-c',
  `while :; do nc -l -p ${port} -e echo ${text}; done`,
];

/** Ports, names and walls between networks. */
export const networkCases: readonly ConformanceCase[] = [
  {
    name: 'network: a TCP port is published where the engine chose, and read back',
    needs: ['ports'],
    run: async (t) => {
      const id = await t.start({ command: server(7000), ports: [{ target: 7000 }] });
      const port = await publishedPort(t, id, 7000);
      includes(await answers(t.host, port), 'served', 'answer on the published port');
    },
  },
  {
    name: 'network: a fixed port, that ends with the container and comes back with it',
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
    name: 'network: a port that the image does not expose is published too; one that it exposes is not by itself',
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
    name: 'network: a UDP port',
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
    name: 'network: a host address is bound and no other',
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
    name: 'network: several ports, one target twice',
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
    name: 'network: a taken port is refused and its holder named',
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
    name: 'network: a port that a process of the host holds is refused',
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
    name: 'network: published ports outlive our connection to the engine',
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
    name: 'network: none is none',
    run: async (t) => {
      const run = await t.shell('ls /sys/class/net; cat /proc/net/route | tail -n +2', {
        networkMode: 'none',
      });
      const interfaces = run.stdout
        .trim()
        .split(/\s+/)
        .filter((name) => !/^(tunl|sit|gre|gretap|erspan|ip6|ip_|bonding)/.test(name));
      deepEqual(interfaces, ['lo'], 'interfaces, and no route');
    },
  },
  {
    name: "network: host is the host's own",
    needs: ['hostNetwork'],
    run: async (t) => {
      if (t.host !== '127.0.0.1') t.skip('the engine is on another host');
      const port = await freePort();
      await t.start({ command: server(port), networkMode: 'host' });
      includes(await answers('127.0.0.1', port), 'served', 'answer on a port of the host');
    },
  },
  {
    name: "network: another container's network is shared",
    needs: ['networking'],
    run: async (t) => {
      const first = await t.start({ command: server(7000) });
      const run = await t.shell('until nc -w 1 127.0.0.1 7000; do sleep 0.1; done', {
        networkMode: `container:${first}`,
      });
      equal(run.stdout, 'served\n', 'answer on loopback');
    },
  },
  {
    name: 'network: names and aliases resolve on a network of ours, and only there',
    needs: ['networking', 'aliases'],
    run: async (t) => {
      const network = await t.network();
      const name = t.unique('server');
      const alias = t.unique('alias');
      const id = await t.start({
        name,
        command: server(7000),
        networks: { [network]: { aliases: [alias] } },
      });
      const address = addressOn(await t.backend.inspect(id), network);
      for (const word of [name, alias]) {
        const run = await t.shell(
          `for i in $(seq 50); do nslookup ${word} && break; sleep 0.1; done; nc -w 2 ${address} 7000`,
          { networks: { [network]: {} } },
        );
        includes(run.stdout, address, `address of ${word}`);
        includes(run.stdout, 'served', `answer of ${word}`);
      }
      const stranger = await t.shell(`nc -w 1 ${address} 7000`);
      ok(!stranger.stdout.includes('served'), 'a container outside of the network is not served');
    },
  },
  {
    name: 'network: addresses of one network are those in inspect',
    needs: ['networking'],
    run: async (t) => {
      const network = await t.network();
      const id = await t.idle({ networks: { [network]: {} } });
      const info = await t.backend.inspect(id);
      const address = addressOn(info, network);
      const row = (await t.backend.list({ labels: [t.selector] })).find((each) => each.id === info.id);
      deepEqual(
        row?.networks.map((each) => each.name),
        [network],
        'networks in the list',
      );
      const { networks } = t.backend;
      ok(networks, '`networks` is there');
      const detail = await networks.inspect(network);
      ok(detail.containers.includes(info.id), `the network names its container: ${detail.containers}`);
      ok(address !== '', 'address');
    },
  },
  {
    name: 'network: a static address',
    needs: ['networking', 'staticAddresses'],
    run: async (t) => {
      const octet = 16 + Math.floor(Math.random() * 200);
      const network = await t.network({
        ipam: { pools: [{ subnet: `10.199.${octet}.0/24`, gateway: `10.199.${octet}.1` }] },
      });
      const ipv4Address = `10.199.${octet}.77`;
      const run = await t.shell('ip -4 addr', { networks: { [network]: { ipv4Address } } });
      includes(run.stdout, `${ipv4Address}/24`, 'address inside');
      const id = await t.idle({ networks: { [network]: { ipv4Address: `10.199.${octet}.78` } } });
      equal(addressOn(await t.backend.inspect(id), network), `10.199.${octet}.78`, 'address in inspect');
    },
  },
  {
    name: 'network: two networks at once, joined from the start',
    needs: ['networking', 'multipleNetworks', 'aliases'],
    run: async (t) => {
      const [left, right] = [await t.network(), await t.network()];
      const run = await t.shell('ip -4 -o addr | grep -v " lo " | wc -l', {
        networks: { [left]: { aliases: ['both'] }, [right]: { aliases: ['both'] } },
      });
      equal(run.stdout.trim(), '2', 'interfaces that the process saw at its start');
      const id = await t.idle({ networks: { [left]: {}, [right]: {} } });
      const info = await t.backend.inspect(id);
      deepEqual(info.networks.map(({ name }) => name).sort(), [left, right].sort(), 'networks in inspect');
    },
  },
  {
    name: 'network: the MTU of an attachment',
    needs: ['networking', 'attachmentMtu'],
    run: async (t) => {
      const network = await t.network();
      const run = await t.shell('cat /sys/class/net/eth0/mtu', { networks: { [network]: { mtu: 1380 } } });
      equal(run.stdout.trim(), '1380', 'MTU inside');
    },
  },
  {
    name: 'network: the MTU of a network',
    needs: ['networking'],
    run: async (t) => {
      const network = await t.network({ mtu: 1390 });
      const run = await t.shell('cat /sys/class/net/eth0/mtu', { networks: { [network]: {} } });
      equal(run.stdout.trim(), '1390', 'MTU inside');
    },
  },
  {
    name: 'network: made, found, listed, joined, left and removed',
    needs: ['networking'],
    run: async (t) => {
      const { networks } = t.backend;
      ok(networks, '`networks` is there');
      const name = await t.network({ internal: true, labels: { colour: 'blue' } });
      const info = await networks.inspect(name);
      equal(info.name, name, 'name');
      equal(info.internal, true, 'internal');
      equal(info.labels.colour, 'blue', 'label');
      equal((await networks.inspect(info.id)).name, name, 'by id');
      const listed = await networks.list({ labels: [t.selector] });
      deepEqual(
        listed.map((each) => each.name),
        [name],
        'list by label',
      );
      await failsWith('ALREADY_EXISTS', () => networks.create({ name }), 'a second one of the name');
      const id = await t.idle();
      await networks.connect(name, id);
      ok(
        (await t.backend.inspect(id)).networks.some((each) => each.name === name),
        'connected',
      );
      await failsWith('CONFLICT', () => networks.remove(name), 'remove of one in use');
      await networks.disconnect(name, id);
      ok(!(await t.backend.inspect(id)).networks.some((each) => each.name === name), 'disconnected');
      await networks.remove(name);
      await failsWith('NOT_FOUND', () => networks.inspect(name), 'inspect after remove');
      await failsWith('NOT_FOUND', () => networks.remove(name), 'second remove');
      await failsWith(
        'NOT_FOUND',
        () => t.create({ networks: { [name]: {} } }).then((made) => t.backend.start(made)),
        'create on it',
      );
    },
  },
  {
    name: 'network: create on a network that is not there leaves nothing',
    needs: ['networking'],
    run: async (t) => {
      await failsWith('NOT_FOUND', () => t.create({ networks: { [t.unique('nowhere')]: {} } }), 'create');
      await nothingLeft(t, 'the failed create');
    },
  },
  {
    name: 'network: name servers, search domains and extra hosts',
    needs: ['dns'],
    run: async (t) => {
      const run = await t.shell('cat /etc/resolv.conf /etc/hosts', {
        dns: ['192.0.2.53', '192.0.2.54'],
        dnsSearch: ['example.test'],
        extraHosts: { 'extra.test': ['192.0.2.10'] },
      });
      const servers = [...run.stdout.matchAll(/^nameserver (\S+)/gm)].map((match) => match[1]);
      deepEqual(
        servers.filter((address) => address?.startsWith('192.0.2.')),
        ['192.0.2.53', '192.0.2.54'],
        'name servers',
      );
      ok(/^search .*example\.test/m.test(run.stdout), `search domain: ${run.stdout}`);
      ok(/^192\.0\.2\.10\s+extra\.test/m.test(run.stdout), `extra host: ${run.stdout}`);
    },
  },
];

function portOf(info: ContainerInfo, target: number, protocol: 'tcp' | 'udp' = 'tcp'): number | undefined {
  const found = info.ports.find(
    (port) => port.target === target && port.protocol === protocol && port.published !== null,
  );
  return found?.published ?? undefined;
}

async function publishedPort(
  t: ConformanceContext,
  id: string,
  target: number,
  protocol: 'tcp' | 'udp' = 'tcp',
): Promise<number> {
  const info = await t.backend.inspect(id);
  const port = portOf(info, target, protocol);
  ok(port, `port ${target}/${protocol} is published: ${JSON.stringify(info.ports)}`);
  return port;
}

function addressOn(info: ContainerInfo, network: string): string {
  const address = info.networks.find(({ name }) => name === network)?.ipv4Address;
  ok(address, `it has an address on ${network}: ${JSON.stringify(info.networks)}`);
  return address;
}

/** What a connection gives, asked again until somebody answers. */
function answers(host: string, port: number): Promise<string> {
  return eventually(() => exchange(host, port).catch(() => ''), `an answer on ${host}:${port}`);
}

function exchange(host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect({ host, port, timeout: 3_000 })
      .on('data', (data) => {
        text += data;
      })
      .on('timeout', () => socket.destroy())
      .on('error', reject)
      .on('close', () => resolve(text));
  });
}

async function datagram(host: string, port: number, text: string): Promise<string> {
  const socket = createSocket('udp4');
  const answer = new Promise<string>((resolve) => socket.once('message', (data) => resolve(data.toString())));
  const ask = setInterval(() => socket.send(text, port, host), 50);
  const late = setTimeout(() => socket.emit('message', Buffer.from('no answer')), 10_000);
  try {
    return await answer;
  } finally {
    clearInterval(ask);
    clearTimeout(late);
    socket.close();
  }
}

/** A port that nobody holds on this machine just now. */
async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '0.0.0.0', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
