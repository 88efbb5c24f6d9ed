import { execFile, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort } from '../integration/boot/stack.ts';
import { Directory, firstEngine, launcher, plainEnvironment } from './cli.ts';

const lab = join(import.meta.dirname, '../lab/systemd');
const under = await firstEngine();
const reason = under === undefined ? 'the lab has no engine' : await whyNot();
if (reason !== undefined)
  console.warn(`\nSKIPPED: wherry service under a systemd that has booted: ${reason}\n`);

/** Undefined where a systemd boots. */
async function whyNot(): Promise<string | undefined> {
  const units = await mkdtemp(join(tmpdir(), 'wherry-units-'));
  const { status, stderr } = spawnSync('bash', [lab, units, 'true'], { encoding: 'utf8' });
  await rm(units, { recursive: true, force: true });
  return status === 0 ? undefined : stderr.trim();
}

describe.skipIf(reason !== undefined)('under a systemd that has booted', { timeout: 240_000 }, () => {
  if (under === undefined) return;
  afterAll(() => under.backend[Symbol.asyncDispose]());

  it('a reboot brings the project up; with --serve what scales to zero is served; it goes again', async () => {
    const port = await freePort();
    const service = { image: under.image, stop_grace_period: '0s' };
    const answer = 'mkdir /www; echo served >/www/index.html; exec httpd -f -p 80 -h /www';
    await using directory = await Directory.make(under.backend, {
      services: {
        plain: { ...service, command: ['sleep', '1000'] },
        web: {
          ...service,
          command: ['sh', '-c', answer],
          ports: [`127.0.0.1:${port}:80`],
          'x-wherry': { scale_to_zero: '5m' },
        },
      },
    });
    const units = join(directory.path, 'units');
    await mkdir(units);
    const unit = `wherry-${directory.project}.service`;
    const env = plainEnvironment({
      W: [process.execPath, launcher, ...under.options].join(' '),
      UNIT: unit,
      XDG_STATE_HOME: join(directory.path, 'state'),
      PORT: String(port),
    });
    const booted = async (script: string): Promise<string> => {
      const args = [lab, units, 'bash', '-euc', script];
      return (await promisify(execFile)('bash', args, { cwd: directory.path, env })).stdout;
    };
    const statuses = async (): Promise<unknown> => {
      const labels = [`com.docker.compose.project=${directory.project}`];
      const all = await under.backend.list({ all: true, labels });
      return Object.fromEntries(all.map((one) => [one.labels['com.docker.compose.service'], one.status]));
    };

    expect(await booted('$W service install; $W service status; $W service install')).toBe(
      [
        `/etc/systemd/system/${unit} starts with the machine from now on`,
        `${unit}: installed, enabled, inactive`,
        `/etc/systemd/system/${unit} is as it was`,
        '',
      ].join('\n'),
    );
    expect(await statuses()).toEqual({});
    // The job that the boot began is waited for.
    expect(await booted('systemctl start $UNIT; $W service status')).toBe(
      `${unit}: installed, enabled, active\n`,
    );
    expect(await statuses()).toEqual({ plain: 'running', web: 'running' });
    await booted('systemctl start $UNIT; systemctl stop $UNIT');
    expect(await statuses()).toEqual({ plain: 'exited', web: 'exited' });

    const get = 'until exec 3<>/dev/tcp/127.0.0.1/$PORT; do sleep 0.2; done 2>/dev/null';
    const ask = 'printf "GET / HTTP/1.0\\r\\n\\r\\n" >&3; tail -n 1 <&3; exec 3>&-';
    const show = 'systemctl is-active $UNIT; $W ps --services --status running | sort';
    // Ended first: while the engine still publishes the port, a client that comes early meets the container that goes.
    const end = 'systemctl start $UNIT; systemctl stop $UNIT';
    const output = await booted(
      `${end}; $W service install --serve; systemctl start $UNIT; ${get}; ${ask}; ${show}; $W service uninstall --now`,
    );
    expect(output).toBe(
      [
        `/etc/systemd/system/${unit} was changed`,
        'served',
        ...['active', 'plain', 'web'],
        `/etc/systemd/system/${unit} was removed, and what it kept up was stopped`,
        '',
      ].join('\n'),
    );
    expect(await statuses()).toEqual({ plain: 'exited', web: 'exited' });
    expect((await readdir(units, { recursive: true })).filter((name) => name.endsWith('.service'))).toEqual(
      [],
    );
  });
});
