import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const room = fileURLToPath(new URL('./index.ts', import.meta.url));

it('keeps a program alive that waits for a check to be over, whatever the check does', async () => {
  const text = `
    import { HealthChecker } from ${JSON.stringify(room)};
    const check = () => new Promise(() => undefined);
    const { message } = await new HealthChecker().check({ kind: 'custom', check, timeout: 10 });
    console.log(message);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', text]);
  expect(stdout).toBe('no answer within 10 ms\n');
});
