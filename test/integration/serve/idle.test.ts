import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { serve } from '../../../src/boot/index.ts';
import { benchOn, enginesUnderTest, freePort, Stack } from '../boot/stack.ts';

const main = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const [id = ''] = enginesUnderTest;
const bench = await benchOn(id);
if (bench === undefined) console.warn(`\nSKIPPED: idle time over a restart of serve: the lab has no ${id}\n`);
const hour = 3_600_000;

describe.skipIf(bench === undefined)('a serve that was killed', { timeout: 90_000 }, () => {
  if (bench === undefined) return;
  afterAll(() => bench.backend[Symbol.asyncDispose]());

  test('leaves the idle time to the next one, unless the container was started anew', async () => {
    const runtime = await mkdtemp(join(tmpdir(), 'wherry-idle-'));
    vi.stubEnv('XDG_RUNTIME_DIR', runtime);
    await using stack = new Stack(bench);
    try {
      const port = await freePort();
      const command = ['nc', '-ll', '-p', '7', '-e', 'cat'];
      const web = { command, ports: [`127.0.0.1:${port}:7`], 'x-wherry': { scale_to_zero: '1h' } };
      const project = await stack.load({ services: { web } });
      const file = join(await stack.directory(), 'compose.yaml');
      const { kind, host } = bench.engine;
      const options = ['--backend', kind, '-H', host, '-p', stack.name, '-f', file];
      const first = spawn(process.execPath, [main, ...options, 'serve'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const closed = once(first, 'close');
      await once(first.stdout, 'data');
      const client = connect(port, '127.0.0.1', () => client.write('hello'));
      await once(client, 'data');
      client.end();
      await once(client, 'close');
      const idleSince = await noted(join(runtime, 'wherry/serve'));
      first.kill('SIGKILL');
      await closed;

      const stopsAt = async (): Promise<number | undefined> => {
        await using server = await serve(bench.backend, project);
        await expect.poll(() => server.services()[0]?.state).toBe('idle');
        const [web] = server.services();
        // Leaving stops the service.
        return web?.stopsAt?.getTime();
      };
      expect(await stopsAt()).toBe(idleSince + hour);
      // That one has stopped it: what is remembered is of a run that is over.
      const [container] = await stack.containers();
      await bench.backend.start(container?.id ?? '');
      expect(await stopsAt()).toBeGreaterThan(idleSince + hour);
    } finally {
      vi.unstubAllEnvs();
      await rm(runtime, { recursive: true, force: true });
    }
  });
});

/** The idle time that was written down for the only service. */
async function noted(directory: string): Promise<number> {
  for (;;) {
    const name = (await readdir(directory)).find((one) => one.endsWith('.idle.json'));
    if (name !== undefined) {
      const { idleSince } = JSON.parse(await readFile(join(directory, name), 'utf8'));
      if (idleSince !== null) return Date.parse(idleSince);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
