// `npm run bench [NAME…]`: prints the tables and puts them into docs/benchmarks.md. It needs a Docker engine; peers that are not there are left out.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultRegistry } from '../src/backends/index.ts';
import type { Backend } from '../src/core/index.ts';
import { labEngines } from '../test/lab/engines.ts';
import { demuxTable } from './demux.ts';
import { followTables } from './follow.ts';
import { lifecycleTables } from './lifecycle.ts';
import { loaderTables } from './loader.ts';
import type { Table } from './measure.ts';
import { probesTable } from './probes.ts';
import { proxyTables } from './proxy.ts';
import { RawEngine } from './raw-engine.ts';
import { readyTable } from './ready.ts';
import { stackTables } from './stack.ts';
import { chain, ten, twenty } from './stacks.ts';
import { startupTables } from './startup.ts';
import { superviseTables } from './supervise.ts';
import { page, section } from './table.ts';

const root = join(import.meta.dirname, '..');
if (!existsSync(join(root, 'bench/node_modules')))
  execFileSync('npm', ['ci', '--prefix', join(root, 'bench')], { stdio: 'inherit' });

const only = process.argv.slice(2);
const image = 'localhost/wherry-bench/busybox:1';
await using backend = await defaultRegistry().open({ type: 'docker' });
await backend.healthCheck();
if (!backend.address.startsWith('unix://'))
  throw new Error(`the benchmarks need an engine on a unix socket, not ${backend.address}`);
const socketPath = backend.address.slice('unix://'.length);
const raw = new RawEngine(socketPath);
const { version, apiVersion } = await backend.info();
const engine = `Docker Engine ${version} (API ${apiVersion})`;
const document = join(root, 'docs/benchmarks.md');
try {
  await buildImage(backend);
  const benches: Readonly<Record<string, () => Promise<Table[]>>> = {
    startup: () => startupTables(backend.address, oldNode()),
    demux: async () => [await demuxTable()],
    ready: async () => [await readyTable({ backend, raw, socketPath, image })],
    stack: () => stackTables(ten, { backend, raw, socketPath, image }),
    twenty: () => stackTables(twenty, { backend, raw, socketPath, image }),
    chain: () => onNewest(),
    loader: () => loaderTables(),
    proxy: () => proxyTables(),
    follow: () => followTables({ backend, socketPath, image }),
    lifecycle: () => lifecycleTables(),
    probes: async () => [await probesTable()],
    supervise: () => superviseTables(),
  };
  for (const [name, bench] of Object.entries(benches)) {
    if (only.length > 0 && !only.includes(name)) continue;
    process.stderr.write(`${name} …\n`);
    const tables = await bench();
    const setting = { command: `npm run bench ${name}`, engine };
    for (const table of tables) process.stdout.write(`${section(table, setting)}\n\n`);
    // Each as soon as it is there: a run takes minutes.
    writeFileSync(
      document,
      page(tables, setting, existsSync(document) ? readFileSync(document, 'utf8') : ''),
    );
  }
} finally {
  raw.close();
}

/** The same on the newest engine of the lab, for what only that has; nothing where there is none. */
async function onNewest(): Promise<Table[]> {
  const newest = (await labEngines()).engines.find(({ id }) => id === 'docker-newest');
  if (newest === undefined) return [];
  await using engine = await defaultRegistry().open({ type: 'docker', host: newest.host });
  await buildImage(engine);
  const path = newest.host.slice('unix://'.length);
  const client = new RawEngine(path, `v${newest.apiVersion}`);
  try {
    const tables = await stackTables(chain, { backend: engine, raw: client, socketPath: path, image });
    const { version: newestVersion } = await engine.info();
    return tables.map((table) => ({
      ...table,
      engine: `Docker Engine ${newestVersion} (API ${newest.apiVersion})`,
    }));
  } finally {
    client.close();
  }
}

/** One static busybox, with its applets as links: no registry is needed. */
async function buildImage(engine: Backend): Promise<void> {
  const busybox = ['/bin/busybox', '/usr/bin/busybox'].find((path) => existsSync(path));
  if (busybox === undefined)
    throw new Error('the benchmarks need busybox-static (apt-get install busybox-static)');
  const { packEntries } = await import('../src/transport/index.ts');
  const dockerfile =
    'FROM scratch\nCOPY busybox /bin/busybox\nRUN ["/bin/busybox", "--install", "-s", "/bin"]\nENV PATH=/bin\n';
  const context = packEntries([
    { name: 'Dockerfile', content: Buffer.from(dockerfile) },
    { name: 'busybox', mode: 0o755, content: readFileSync(busybox) },
  ]);
  await engine.image(image).build({ kind: 'dockerfile', context });
}

/** A Node on the path that is too old for wherry, to show what the hop to ours costs. */
function oldNode(): string | undefined {
  const { stdout } = spawnSync('sh', ['-c', 'which -a node'], { encoding: 'utf8' });
  return stdout.split('\n').find((path) => {
    const version = path === '' ? '' : spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.trim();
    const [major = 0, minor = 0] = version.replace('v', '').split('.').map(Number);
    return version !== '' && (major < 22 || (major === 22 && minor < 19));
  });
}
