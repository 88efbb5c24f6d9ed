import type { Hook, Service } from '../../compose/index.ts';
import { type Backend, WherryError } from '../../core/index.ts';
import type { OnProgress } from '../progress.ts';
import { HookOutput } from './hook-output.ts';

export interface HookCalls {
  backend: Backend;
  signal?: AbortSignal | undefined;
  onProgress?: OnProgress | undefined;
}

export interface HookedContainer {
  id: string;
  name: string;
}

/**
 * Runs the hooks of a container that runs, one after the other. Fails with `EXIT` at the first one that does not end
 * with 0 (`details`: hook, container, exitCode, lastLines).
 */
export async function runHooks(
  kind: 'post_start' | 'pre_stop',
  service: Service,
  container: HookedContainer,
  calls: HookCalls,
): Promise<void> {
  const hooks = kind === 'post_start' ? service.postStart : service.preStop;
  for (const [index, hook] of hooks.entries()) {
    await runHook(`${kind}[${index}]`, hook, service.name, container, calls);
  }
}

async function runHook(
  name: string,
  hook: Hook,
  service: string,
  container: HookedContainer,
  { backend, signal, onProgress }: HookCalls,
): Promise<void> {
  const told = { kind: 'hook', hook: name, service, container: container.name } as const;
  const output = new HookOutput((line) => onProgress?.({ ...told, line, error: null }));
  const { command, environment, privileged, user, workingDir } = hook;
  await using running = await backend.exec(container.id, {
    command,
    environment: hookVariables(environment),
    privileged,
    user,
    workingDir,
    signal,
  });
  for await (const chunk of running) output.add(chunk);
  output.end();
  const exitCode = await running.exitCode();
  if (exitCode !== 0) throw hookFailed(name, { ...container, service }, exitCode, output.lastLines);
}

/** Variables without a value are none. */
export function hookVariables(environment: Hook['environment']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

/** The error of a hook that did not end well, with docker compose's words for it. */
export function hookFailed(
  hook: string,
  { id, name, service }: HookedContainer & { service: string },
  exitCode: number | null,
  lastLines: readonly string[],
): WherryError {
  const said = lastLines.length === 0 ? '' : `: ${lastLines.join('\n')}`;
  const ended = `${service} hook exited with status ${exitCode ?? '?'}`;
  return new WherryError('EXIT', `${hook} of ${name}: ${ended}${said}`, {
    details: { hook, container: name, id, exitCode, lastLines },
  });
}
