import type { CallOptions } from '../../core/image.ts';
import type { Output } from '../output/output.ts';

/** Whether a person is there to ask. */
export function canAsk(output: Output): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true && !output.json && !output.quiet;
}

/** Asks a question that has to be answered with a yes; anything else, the end of the input, and an abort are a no. */
export async function ask(question: string, { signal }: CallOptions): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  // Not its own terminal handling: Ctrl-C goes to the process as ever.
  const reader = createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  const ended = new Promise<string>((resolve) => reader.once('close', () => resolve('')));
  try {
    const answer = reader
      .question(`${question} [y/N] `, signal === undefined ? {} : { signal })
      .catch(() => '');
    return /^y(es)?$/i.test((await Promise.race([answer, ended])).trim());
  } finally {
    reader.close();
  }
}
