import { WherryError } from '../../core/errors.ts';
import type { Invocation } from '../declaration.ts';
import { findTarget } from '../targets.ts';
import { converse } from '../terminal/converse.ts';
import { defaultDetachKeys, parseDetachKeys } from '../terminal/detach-keys.ts';
import { t } from '../text.ts';
import { readOptions, usage } from '../usage.ts';
import { passSignals } from './pass-signals.ts';

export interface AttachOptions {
  noStdin: boolean;
  noSignals: boolean;
  detachKeys: string | undefined;
  index: number | undefined;
}

/** Connects this terminal with the main process of a running container; its detach keys (Ctrl-P Ctrl-Q) let go of it. */
export async function attach({
  context,
  words,
  options,
}: Invocation<AttachOptions>): Promise<number | undefined> {
  const { output, signal } = context;
  if (context.globals.dryRun) throw usage(t('dryRun.notThere', { command: 'attach' }));
  const detachKeys = readOptions(() => parseDetachKeys(options.detachKeys ?? defaultDetachKeys));
  const backend = await context.backend();
  const target = await findTarget(context, words[0] ?? '', options.index, { oneOff: true });
  const { spec, status } = await backend.inspect(target.id, { signal });
  if (status !== 'running')
    throw new WherryError('CONFLICT', t('attach.notRunning', { name: target.label, status }), {
      hint: t(status === 'paused' ? 'attach.pausedFix' : 'attach.notRunningFix'),
    });
  const stdin = !options.noStdin && spec.stdinOpen === true;
  const tty = spec.tty === true;
  await using attached = await backend.attach(target.id, { stdin, signal });
  using _passing = tty || options.noSignals ? undefined : passSignals(context, backend, target.id);
  const end = await converse(attached, output, { stdin, tty, detachKeys, signal });
  if (end === 'detached') {
    output.note(t('attach.detached', { name: target.label }));
    return undefined;
  }
  return (await backend.wait(target.id, { signal })).exitCode;
}
