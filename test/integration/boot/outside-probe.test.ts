import { afterAll, describe, expect, test } from 'vitest';
import { type BootSummary, up } from '../../../src/boot/index.ts';
import { benchOn, enginesUnderTest, Stack, stays } from './stack.ts';

const serves = [
  'sh',
  '-c',
  'mkdir -p /tmp/www; sleep 1; echo up > /tmp/www/ready; exec httpd -f -p 80 -h /tmp/www',
];

const outcomes = ({ rows }: BootSummary): unknown =>
  Object.fromEntries(rows.map(({ name, change, error }) => [name, error?.code ?? change]));

for (const id of enginesUnderTest) {
  const bench = await benchOn(id);
  if (bench === undefined)
    console.warn(`\nSKIPPED: probes from outside on ${id}: the lab has no such engine\n`);
  describe.skipIf(bench === undefined)(`probes from outside on ${id}`, { timeout: 90_000 }, () => {
    if (bench === undefined) return;
    const { backend } = bench;
    afterAll(() => backend[Symbol.asyncDispose]());

    const booted = async (api: object, waitTimeout: number): Promise<unknown> => {
      await using stack = new Stack(bench);
      const web = { command: stays, depends_on: { api: { condition: 'service_healthy' } } };
      const project = await stack.load({ services: { web, api } });
      return outcomes(await up(backend, project, { wait: true, waitTimeout }));
    };

    test('a gate opens once the published port answers, without any check in the container', async () => {
      const probe = { http: { port: 80, path: '/ready', status: 200 } };
      const api = { command: serves, ports: ['127.0.0.1::80'], 'x-wherry': { probe } };
      expect(await booted(api, 60_000)).toEqual({ web: 'created', api: 'created' });
    });

    test('one that is started again is probed where it is reached then, once it really listens', async () => {
      await using stack = new Stack(bench);
      const command = `echo >> /runs; [ $(wc -l < /runs) -ge 2 ] || exit 1; sleep 1; exec httpd -f -p 80 -h /`;
      const api = {
        command: ['sh', '-c', command.replaceAll('$', '$$$$')],
        restart: 'always',
        ports: ['127.0.0.1::80'],
        'x-wherry': { probe: { tcp: 80 } },
      };
      const project = await stack.load({ services: { api } });
      const { rows } = await up(backend, project, { wait: true, waitTimeout: 60_000 });
      const answer = await fetch(`${rows[0]?.url}/runs`).then(({ status }) => status, String);
      expect([outcomes({ rows } as BootSummary), answer]).toEqual([{ api: 'created' }, 200]);
    });

    test('it stays shut while the answer is not the wanted one', async () => {
      const probe = { http: { port: 80, path: '/missing', status: 200 } };
      const api = { command: serves, ports: ['127.0.0.1::80'], 'x-wherry': { probe } };
      expect(await booted(api, 4_000)).toEqual({ web: 'DEPENDENCY', api: 'TIMEOUT' });
    });

    test('a port that is not published is probed at the container’s own address', async () => {
      const api = { command: serves, 'x-wherry': { probe: { tcp: 80 } } };
      expect(await booted(api, 60_000)).toEqual({ web: 'created', api: 'created' });
    });

    test('the death of the container ends the wait, and no way to it is told', async () => {
      const dies = { command: ['sh', '-c', 'sleep 1; exit 7'], 'x-wherry': { probe: { tcp: 80 } } };
      expect(await booted(dies, 60_000)).toEqual({ web: 'DEPENDENCY', api: 'EXIT' });
      const alone = { command: stays, network_mode: 'none', 'x-wherry': { probe: { tcp: 80 } } };
      expect(await booted(alone, 60_000)).toEqual({ web: 'DEPENDENCY', api: 'INVALID' });
    });
  });
}
