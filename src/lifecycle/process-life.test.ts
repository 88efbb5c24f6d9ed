import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const room = fileURLToPath(new URL('./index.ts', import.meta.url));

/** What a program writes that has nothing else to do; rejects when it ends before what it awaits. */
async function program(text: string): Promise<string> {
  const source = `import { LazyBooter } from ${JSON.stringify(room)};\n${text}`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', source]);
  return stdout;
}

it('keeps a program alive that waits between two tries of a start', async () => {
  const text = `
    let tries = 0;
    const start = async () => { tries += 1; if (tries < 3) throw new Error('not yet'); };
    const booter = new LazyBooter({ name: 'flaky', start, retry: { attempts: 3, initialDelay: 10 } });
    await booter.acquire();
    console.log(tries);`;
  expect(await program(text)).toBe('3\n');
});

it('keeps a program alive that waits for leases to be given back', async () => {
  const text = `
    const booter = new LazyBooter({ name: 'held', start: async () => {} });
    await booter.acquire();
    await booter.stop({ drain: 10 });
    console.log(booter.state);`;
  expect(await program(text)).toBe('stopped\n');
});
