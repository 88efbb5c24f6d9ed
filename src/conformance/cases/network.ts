import type { ContainerInfo, ContainerSpec } from '../../core/index.ts';
import type { ConformanceCase, ConformanceContext } from '../case.ts';
import { nothingLeft } from '../context.ts';
import { deepEqual, equal, failsWith, includes, ok } from '../expect.ts';
import { server } from '../traffic.ts';

/** Names, addresses and walls between networks. */
export const networkCases: readonly ConformanceCase[] = [
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
          `for i in $(seq 50); do nslookup ${word} && break; sleep 0.1; done; for i in $(seq 20); do nc -w 2 ${address} 7000 && break; sleep 0.1; done`,
          { networks: { [network]: {} } },
        );
        includes(run.stdout, address, `address of ${word}`);
        includes(run.stdout, 'served', `answer of ${word}`);
      }
      const stranger = await t.shell(`nslookup ${alias}`);
      ok(!stranger.stdout.includes(address), 'outside of the network the alias does not resolve');
    },
  },
  {
    name: 'network: a link is a name for one container alone',
    needs: ['networking', 'links'],
    run: async (t) => {
      const network = await t.network();
      const name = t.unique('server');
      const id = await t.idle({ name, networks: { [network]: {} } });
      const address = addressOn(await t.backend.inspect(id), network);
      const links = [{ container: name, alias: 'linked' }];
      const lookUp = 'for i in $(seq 20); do nslookup linked && break; sleep 0.1; done';
      const run = await t.shell(lookUp, { networks: { [network]: {} }, links });
      includes(run.stdout, address, 'address of the link');
      const other = await t.shell('nslookup linked', { networks: { [network]: {} } });
      ok(!other.stdout.includes(address), 'a container without the link does not find it');
    },
  },
  {
    name: 'network: two networks of ours are out of reach of one another',
    needs: ['networking', 'networkWalls'],
    run: async (t) => outOfReach(t, { networks: { [await t.network()]: {} } }),
  },
  {
    name: 'network: one of ours is out of reach of containers that are on none of ours',
    needs: ['networking', 'networkWalls'],
    run: async (t) => outOfReach(t, {}),
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
    name: 'network: a name that is none is INVALID and makes nothing',
    needs: ['networking'],
    run: async (t) => {
      const { networks } = t.backend;
      ok(networks, 'networks');
      for (const name of ['', 'not a name']) {
        await failsWith('INVALID', () => networks.create({ name, labels: t.labels }), `network "${name}"`);
      }
      deepEqual(await networks.list({ labels: [t.selector] }), [], 'networks that were made');
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

/** A server on a network serves a neighbour there, and not a stranger. */
async function outOfReach(t: ConformanceContext, stranger: Partial<ContainerSpec>): Promise<void> {
  const network = await t.network();
  const id = await t.start({ command: server(7000), networks: { [network]: {} } });
  const address = addressOn(await t.backend.inspect(id), network);
  const near = `for i in $(seq 20); do nc -w 2 ${address} 7000 && break; sleep 0.1; done`;
  includes((await t.shell(near, { networks: { [network]: {} } })).stdout, 'served', 'answer for a neighbour');
  const { stdout } = await t.shell(`nc -w 1 ${address} 7000`, stranger);
  ok(!stdout.includes('served'), 'a container outside of the network is not served');
}

function addressOn(info: ContainerInfo, network: string): string {
  const address = info.networks.find(({ name }) => name === network)?.ipv4Address;
  ok(address, `it has an address on ${network}: ${JSON.stringify(info.networks)}`);
  return address;
}
