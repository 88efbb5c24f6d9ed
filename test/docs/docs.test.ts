import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { generatedDocs } from '../../scripts/docs.ts';

const root = join(import.meta.dirname, '../..');

describe('README', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');

  test('its first two sh blocks are the two commands, each alone', () => {
    const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map((block) => block[1]);
    expect(blocks.slice(0, 2)).toEqual(['npm ci && npm run quickstart\n', 'npm ci && npm run test:all\n']);
  });

  test('its links lead somewhere', () => {
    for (const [, target = ''] of readme.matchAll(/\]\((?!http)([^)#]+)/g)) {
      expect(existsSync(join(root, target)), target).toBe(true);
    }
  });
});

test.each([...generatedDocs()])('%s is what the code says', (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(text);
});

describe('examples', () => {
  beforeAll(() => {
    run('bash', ['examples/quickstart/prepare.sh']);
    run(process.execPath, ['bin/wherry.cjs', '-f', 'examples/quickstart/compose.yaml', 'build']);
  }, 300_000);

  const outputs: Readonly<Record<string, RegExp>> = {
    'library.ts': /^redis on port \d+ says OK\n$/,
    'errors.ts': /^INVALID\n[\s\S]*field: 'image'[\s\S]*field: 'ports\[0\]\.target'/,
    'scale-to-zero.ts':
      /^stopped → starting\nstarting → running\nhello\nrunning → idle\nidle → stopping\nstopping → stopped\n$/,
    'stack.ts': /started cache\nstarted web\ncache: started\nweb: started\n$/,
    'monitor.ts': /^the machine has \d+ cores, redis holds \d+ bytes\n$/,
    'metrics.ts': /^containers_health_check_duration_seconds_count\{name="metrics"\} 1\n$/,
    'discovery.ts': /^dns: (TIMEOUT|UNAVAILABLE)\n127\.0\.0\.1:\d+ is fresh\n127\.0\.0\.1:\d+ is stale\n$/,
    'orchestrator.ts':
      /^found: quickstart\ncopy: started\ncopy: (running|starting), 2 of 2\ncopy: stopped\n$/,
    'lifecycle.ts':
      /^boot\.started cache\ncontainer\.started cache\nhealth\.changed cache\nboot\.completed cache\nin use: 1\nidle\nshutdown\.started all\nshutdown\.started cache\ncontainer\.stopped cache\nshutdown\.completed cache\nshutdown\.completed all\n$/,
    'watch.ts': /^enabled\nsyncing\nexecuting\noutput\ngood morning\ndisabled\n$/,
    'conformance.ts': /passed\s+argv: [\s\S]*\n\d+ passed, 0 failed\n$/,
  };

  test('all of them are here', () => {
    expect(
      readdirSync(join(root, 'examples'))
        .filter((name) => name.endsWith('.ts'))
        .sort(),
    ).toEqual(Object.keys(outputs).sort());
  });

  test.each(Object.entries(outputs))(
    '%s runs as it stands',
    (name, output) => {
      expect(run(process.execPath, [join('examples', name)])).toMatch(output);
    },
    120_000,
  );
});

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
  expect(status, `${program} ${args.join(' ')}: ${stderr}`).toBe(0);
  return stdout;
}
