import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { access, chmod, chown, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { podmanFactory } from '../../../src/backends/podman/index.ts';
import type { Backend } from '../../../src/core/index.ts';
import { labEngines } from '../../lab/engines.ts';
import { putShellImage, shellImage } from '../../lab/shell-image.ts';
import { textOf } from './podman.ts';

/** An ordinary user with a range in /etc/subuid, as `useradd --create-home wherry-rootless` makes one. */
const user = process.env.WHERRY_ROOTLESS_USER ?? 'wherry-rootless';
const settings = '/run/wherry-lab/podman-containers.conf';
const timeout = 120_000;

const idOf = (flag: string): number => Number(spawnSync('id', [flag, user]).stdout.toString() || Number.NaN);

async function missing(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'only root can become another user';
  if (Number.isNaN(idOf('-u'))) return `there is no user ${user} (useradd --create-home ${user})`;
  for (const program of ['podman', 'newuidmap', 'slirp4netns', 'setpriv']) {
    if (spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0) return `${program} is not installed`;
  }
  const tun = await stat('/dev/net/tun').catch(() => undefined);
  if (tun === undefined || (tun.mode & 0o6) !== 0o6) return 'users may not open /dev/net/tun (chmod 666)';
  const { engines } = await labEngines();
  return engines.some(({ kind }) => kind === 'podman') ? undefined : 'the lab has no Podman';
}

const reason = await missing();
if (reason !== undefined) describe.skip(`rootless Podman: SKIPPED, ${reason}`, () => {});
else describe(`rootless Podman, as ${user}`, tests);

function tests(): void {
  let folder: string;
  let service: ChildProcess;
  let backend: Backend;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wherry-rootless-'));
    await chown(folder, idOf('-u'), idOf('-g'));
    await chmod(folder, 0o700);
    const host = `unix://${folder}/podman.sock`;
    const podman = [
      'podman',
      '--root',
      `${folder}/root`,
      '--runroot',
      `${folder}/run`,
      '--storage-driver',
      'vfs',
    ];
    service = spawn(
      'setpriv',
      [
        '--reuid',
        user,
        '--regid',
        user,
        '--init-groups',
        ...podman,
        'system',
        'service',
        '--time',
        '0',
        host,
      ],
      {
        cwd: '/',
        stdio: 'ignore',
        detached: true,
        env: {
          PATH: process.env.PATH,
          HOME: folder,
          XDG_RUNTIME_DIR: folder,
          CONTAINERS_CONF: settings,
        },
      },
    );
    await vi.waitFor(() => access(`${folder}/podman.sock`), { timeout: 20_000 });
    backend = await podmanFactory.open({ type: 'podman', host }, {});
    await takeImage();
  }, timeout);

  afterAll(async () => {
    for (const { id } of (await backend?.list({ all: true })) ?? [])
      await backend.remove(id, { force: true });
    await backend?.[Symbol.asyncDispose]();
    if (service?.pid !== undefined) process.kill(-service.pid, 'SIGTERM');
    // It outlives the service, to hold the user's namespace.
    const pause = Number(await readFile(`${folder}/libpod/tmp/pause.pid`, 'utf8').catch(() => ''));
    if (pause > 0) process.kill(pause);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }, timeout);

  async function takeImage(): Promise<void> {
    const { engines } = await labEngines();
    const lab = engines.find(({ kind }) => kind === 'podman');
    if (lab === undefined) throw new Error('the lab has no Podman');
    await putShellImage(lab);
    await using other = await podmanFactory.open({ type: 'podman', host: lab.host }, {});
    await backend.images.load(other.image(shellImage).save());
  }

  it('says that it is rootless, and which limits it cannot set', { timeout }, async () => {
    const { rootless, cgroupVersion } = await backend.info();
    expect(rootless).toBe(true);
    const { memory, pids, cpu, ports, volumes } = await backend.capabilities();
    expect([ports.supported, volumes.supported]).toEqual([true, true]);
    if (cgroupVersion !== 1) return;
    const refusal = { supported: false, reason: 'rootless Podman cannot set limits on cgroup v1' };
    expect([memory, pids, cpu]).toEqual([refusal, refusal, refusal]);
    const limited = { image: shellImage, resources: { memory: 64 * 1024 ** 2, pids: 10 } };
    await expect(backend.create(limited)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      details: { problems: [{ field: 'resources.memory' }, { field: 'resources.pids' }] },
    });
  });

  it('runs a container to its end', { timeout }, async () => {
    const id = await backend.create({ image: shellImage, command: ['sh', '-c', 'id -u; exit 3'] });
    await backend.start(id);
    expect((await backend.wait(id)).exitCode).toBe(3);
    expect(await textOf(backend.logs(id).chunks())).toBe('0\n');
  });

  it('publishes a port', { timeout }, async () => {
    const id = await backend.create({
      image: shellImage,
      command: ['nc', '-ll', '-p', '7000', '-e', 'echo', 'ahoy'],
      ports: [{ hostIp: '127.0.0.1', target: 7000 }],
    });
    await backend.start(id);
    const [port] = (await backend.inspect(id)).ports;
    expect(port).toMatchObject({ hostIp: '127.0.0.1', target: 7000, protocol: 'tcp' });
    await vi.waitFor(async () => expect(await readAll(port?.published ?? 0)).toBe('ahoy\n'), {
      timeout: 10_000,
    });
  });

  it('talks to a process in it, and ends it', { timeout }, async () => {
    const id = await backend.create({
      image: shellImage,
      command: ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'],
      networkMode: 'none',
    });
    await backend.start(id);
    const result = await backend.execCapture(id, { command: ['cat'], stdin: 'there and back' });
    expect(result).toMatchObject({ exitCode: 0, stdout: 'there and back' });
    await backend.stop(id);
    expect((await backend.inspect(id)).status).toBe('exited');
  });
}

function readAll(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    connect(port, '127.0.0.1')
      .on('data', (chunk) => {
        text += chunk.toString();
      })
      .once('end', () => resolve(text))
      .once('error', reject);
  });
}
