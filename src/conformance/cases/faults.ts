import type { ContainerSpec } from '../../core/index.ts';
import type { ConformanceCase, ConformanceContext } from '../case.ts';
import { nothingLeft } from '../context.ts';
import { collect, deepEqual, equal, failsWith, ok, pause, within } from '../expect.ts';
import { archive } from '../tar.ts';

/** What bad input and impatience get. */
export const faultCases: readonly ConformanceCase[] = [
  {
    name: 'faults: every wrong field is named at once, before anything is made',
    run: async (t) => {
      const wrong: Partial<ContainerSpec> = {
        name: 'not a name',
        workingDir: 'relative',
        environment: { 'a=b': 'x' },
        ports: [{ target: 99_999 }, { target: 80, published: -1, hostIp: 'nowhere' }],
        volumes: [{ type: 'bind', source: 'relative', target: 'also' }],
        dns: ['not-an-address'],
        resources: { memory: -5, cpus: 1, cpuQuota: 1_000 },
        healthcheck: { test: ['WHAT'] },
      };
      const error = await failsWith('INVALID', () => t.create(wrong), 'create');
      const problems = error.details.problems as readonly { field: string; message: string }[];
      const fields = new Set(problems.map(({ field }) => field));
      for (const field of [
        'name',
        'workingDir',
        'environment',
        'ports[0].target',
        'ports[1].published',
        'ports[1].hostIp',
        'volumes[0].source',
        'volumes[0].target',
        'dns[0]',
        'resources.memory',
        'resources.cpus',
        'healthcheck.test',
      ]) {
        ok(fields.has(field), `${field} is named; named are ${[...fields].join(', ')}`);
      }
      await nothingLeft(t, 'the refused create');
    },
  },
  {
    name: 'faults: a field that is unknown or of the wrong type is named, not ignored',
    run: async (t) => {
      // What callers without a type checker write.
      const wrong: object = { comand: ['true'], command: 'true', environment: { COUNT: 1 } };
      const error = await failsWith('INVALID', () => t.create(wrong), 'create');
      const problems = error.details.problems as readonly { field: string }[];
      deepEqual(problems.map(({ field }) => field).sort(), ['comand', 'command', 'environment'], 'fields');
    },
  },
  {
    name: 'faults: every field that the engine cannot honour is named at once, with its reason',
    run: async (t) => {
      const wish: Partial<ContainerSpec> = {
        platform: 'linux/s390x',
        gpus: [{ count: -1, capabilities: [['gpu']] }],
        resources: { storage: 1024 ** 3, memory: 64 * 1024 * 1024, pids: 10, cpus: 0.5 },
        networks: { 'wherry-conformance': { mtu: 1400 } },
        healthcheck: { test: ['CMD', 'true'], startInterval: 1_000 },
        privileged: true,
        init: true,
      };
      const wanted = Object.entries({
        platform: t.capabilities.platform,
        gpus: t.capabilities.gpus,
        'resources.storage': t.capabilities.storage,
        'resources.memory': t.capabilities.memory,
        'resources.pids': t.capabilities.pids,
        'resources.cpus': t.capabilities.cpu,
        'networks.wherry-conformance.mtu': t.capabilities.attachmentMtu,
        'healthcheck.startInterval': t.capabilities.healthStartInterval,
        privileged: t.capabilities.privileged,
        init: t.capabilities.init,
      }).filter(([, capability]) => !capability.supported);
      if (wanted.length === 0) t.skip('this engine can do all of it');
      const error = await failsWith('UNSUPPORTED', () => t.create(wish), 'create');
      const problems = error.details.problems as readonly { field: string; message: string }[];
      deepEqual(
        problems.map(({ field }) => field).sort(),
        wanted.map(([field]) => field).sort(),
        'fields that are named',
      );
      for (const { field, message } of problems) ok(message !== '', `the reason for ${field}`);
      await nothingLeft(t, 'the refused create');
    },
  },
  {
    name: 'faults: every false capability has a reason',
    run: async (t) => {
      for (const [name, capability] of Object.entries(t.capabilities)) {
        if (!capability.supported) ok(capability.reason.length > 3, `the reason why not ${name}`);
      }
      equal(await t.backend.capabilities(), t.capabilities, 'capabilities are asked once, then cached');
    },
  },
  {
    name: 'faults: a signal that fired before stops every call before it does anything',
    run: async (t) => {
      const signal = AbortSignal.abort();
      const id = await t.idle();
      const calls: [string, () => PromiseLike<unknown>][] = [
        ['create', () => t.backend.create({ image: t.fixtures.shell, labels: t.labels }, { signal })],
        ['start', () => t.backend.start(id, { signal })],
        ['stop', () => t.backend.stop(id, { signal })],
        ['kill', () => t.backend.kill(id, { signal })],
        ['remove', () => t.backend.remove(id, { signal, force: true })],
        ['wait', () => t.backend.wait(id, { signal })],
        ['inspect', () => t.backend.inspect(id, { signal })],
        ['list', () => t.backend.list({}, { signal })],
        ['logs', () => collect(t.backend.logs(id, { signal, follow: true }))],
      ];
      for (const [verb, call] of calls) await failsWith('CANCELLED', () => within(5_000, call(), verb), verb);
      equal((await t.backend.inspect(id)).status, 'running', 'status after all of them');
      equal(
        (await t.backend.list({ all: true, labels: [t.selector] })).length,
        1,
        'containers after all of them',
      );
    },
  },
  {
    name: 'faults: create aborted at any moment leaves nothing',
    needs: ['files'],
    run: async (t) => {
      const delays = [0, 1, 2, 4, 8, 15, 25, 40, 60, 90, 130];
      const made: string[] = [];
      for (const delay of delays) {
        const abort = new AbortController();
        const timer = setTimeout(() => abort.abort(), delay);
        const spec: ContainerSpec = {
          image: t.fixtures.shell,
          labels: t.labels,
          configs: [{ target: '/etc/app.conf', content: 'x' }],
        };
        try {
          made.push(await t.backend.create(spec, { signal: abort.signal }));
        } catch (error) {
          equal((error as { code?: string }).code, 'CANCELLED', `code of a create aborted after ${delay} ms`);
        } finally {
          clearTimeout(timer);
        }
      }
      await Promise.all(made.map((id) => t.backend.remove(id)));
      await pause(300);
      await nothingLeft(t, 'aborted creates');
    },
  },
  {
    name: 'faults: a stop that is aborted ends at once',
    run: async (t) => {
      const id = await t.start({
        command: ['sh', '-c', 'trap "" TERM; echo ready; while :; do sleep 0.1; done'],
      });
      await t.outputWith(id, 'ready');
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 200);
      await failsWith(
        'CANCELLED',
        () => within(5_000, t.backend.stop(id, { signal: abort.signal }), 'an aborted stop'),
        'an aborted stop',
      );
    },
  },
  {
    name: 'faults: a build that is aborted ends at once and makes no image',
    needs: ['build'],
    timeout: 90_000,
    run: async (t) => {
      const name = t.imageName('aborted');
      const abort = new AbortController();
      const build = t.backend.image(name).build(
        {
          kind: 'dockerfile',
          context: archive([]),
          dockerfileInline: `FROM ${t.fixtures.shell}\nRUN echo ${t.unique()} begun && sleep 20\n`,
        },
        {
          signal: abort.signal,
          onProgress: (event) => {
            if (event.kind === 'output' && event.text.includes('begun')) abort.abort();
          },
        },
      );
      const late = setTimeout(() => abort.abort(), 8_000);
      await failsWith('CANCELLED', () => within(15_000, build, 'an aborted build'), 'an aborted build');
      clearTimeout(late);
      equal(await t.backend.image(name).exists(), false, 'the image of the aborted build');
    },
  },
  {
    name: 'faults: a pull that hangs can be aborted, and create with it',
    run: async (t) => {
      const { image, close } = await silentRegistry(t);
      try {
        for (const [what, call] of [
          ['pull', (signal: AbortSignal) => t.backend.image(image('pull')).pull({ signal })],
          [
            'create',
            (signal: AbortSignal) =>
              t.backend.create({ image: image('create'), labels: t.labels }, { signal }),
          ],
        ] as const) {
          const abort = new AbortController();
          setTimeout(() => abort.abort(), 300);
          const attempt: PromiseLike<unknown> = call(abort.signal);
          await failsWith('CANCELLED', () => within(10_000, attempt, what), `an aborted ${what}`);
        }
        await nothingLeft(t, 'an aborted create');
      } finally {
        await close();
      }
    },
  },
  {
    name: 'faults: a copy out that is left or aborted lets go',
    needs: ['copy'],
    run: async (t) => {
      const { id } = await t.shell('dd if=/dev/zero of=/big bs=1M count=40');
      const some = async (): Promise<number> => {
        for await (const part of t.backend.copyOut(id, '/big')) return part.length;
        return 0;
      };
      ok((await within(10_000, some(), 'leaving a copy out')) > 0, 'bytes before it was left');
      const abort = new AbortController();
      const read = async (): Promise<void> => {
        for await (const _ of t.backend.copyOut(id, '/big', { signal: abort.signal })) abort.abort();
      };
      await failsWith(
        'CANCELLED',
        () => within(10_000, read(), 'an aborted copy out'),
        'an aborted copy out',
      );
      await t.backend.remove(id);
    },
  },
  {
    name: 'faults: names with hostile characters are refused and reach nothing',
    run: async (t) => {
      const id = await t.idle();
      for (const word of ['../../info', 'a/b', 'a?force=1', 'a%2f..', 'a b', '$(id)', '.', '..', '', 'ä']) {
        await failsWith(
          ['NOT_FOUND', 'INVALID'],
          () => t.backend.inspect(word),
          `inspect of ${JSON.stringify(word)}`,
        );
        await failsWith(
          ['NOT_FOUND', 'INVALID'],
          () => t.backend.remove(word, { force: true }),
          `remove of ${JSON.stringify(word)}`,
        );
      }
      equal((await t.backend.inspect(id)).status, 'running', 'a bystander');
    },
  },
];

/** A registry that takes connections and never answers. */
async function silentRegistry(
  t: ConformanceContext,
): Promise<{ image(name: string): string; close(): Promise<void> }> {
  if (t.host !== '127.0.0.1') t.skip('the engine is on another host');
  const { createServer } = await import('node:net');
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    image: (name) => `127.0.0.1:${port}/wherry-conformance/${name}:1`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
