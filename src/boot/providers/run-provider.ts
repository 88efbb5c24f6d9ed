import type { Project, Provider } from '../../compose/index.ts';
import { WherryError } from '../../core/index.ts';
import { run } from '../../transport/child-process.ts';
import type { OnProgress } from '../progress.ts';
import { findProvider } from './find-program.ts';
import { type ProvidedVariables, ProviderMessages } from './messages.ts';
import { type ProviderCommand, type ProviderMetadata, providerArguments } from './metadata.ts';

export interface ProviderCalls {
  signal?: AbortSignal | undefined;
  onProgress?: OnProgress | undefined;
}

/** ms that a provider may take to say what it is. */
const metadataPatience = 10_000;

/**
 * Has the provider of a service make it, release it or halt it, by the protocol of Docker Compose's extensions
 * (docs/extension.md there). Resolves to the variables that it gives; null when it has nothing to do at a stop. Fails with
 * `NOT_FOUND` (no such program), `INVALID` (an option is missing), `EXIT` (it failed), `PROTOCOL`, `CANCELLED`.
 */
export async function runProvider(
  command: ProviderCommand,
  project: Project,
  { service, provider }: { service: string; provider: Provider },
  { signal, onProgress }: ProviderCalls,
): Promise<ProvidedVariables | null> {
  const program = await findProvider(service, provider.type, project);
  const env = environmentFor(project);
  const metadata = await metadataOf(program, env, signal);
  if (command === 'stop' && metadata.stop === undefined) return null;
  const words = providerArguments(command, metadata, { project: project.name, service, provider });
  const tell = (level: 'info' | 'debug') => (message: string) =>
    onProgress?.({ kind: 'provider', service, level, message });
  const messages = new ProviderMessages({ onInfo: tell('info'), onDebug: tell('debug') });
  const onStdout = (chunk: Uint8Array): void => messages.add(chunk);
  const { exitCode, signal: killer, stderr } = await run([program, ...words], { env, signal, onStdout });
  messages.end();
  const { failure, fault, variables } = messages;
  if (failure === undefined && fault === undefined && exitCode === 0) return variables;
  if (failure === undefined && fault !== undefined)
    throw new WherryError('PROTOCOL', `${service}: the provider ${provider.type}: ${fault.message}`, fault);
  const last = stderr.trim().split('\n').at(-1) ?? '';
  const ended = `${killer ?? `exited with code ${exitCode}`}${last === '' ? '' : `: ${last}`}`;
  throw new WherryError('EXIT', `${service}: the provider ${provider.type} failed: ${failure ?? ended}`, {
    details: { service, provider: provider.type, command, exitCode },
  });
}

/** The variables of the project; a plugin is to know that it was not the Docker CLI that started it. */
export function environmentFor({ environment }: Project): Record<string, string> {
  const { DOCKER_CLI_PLUGIN_ORIGINAL_CLI_COMMAND: _plugin, ...env } = environment;
  return env;
}

/** Providers need not say anything of themselves. */
async function metadataOf(
  program: string,
  env: Record<string, string>,
  signal: AbortSignal | undefined,
): Promise<ProviderMetadata> {
  const { exitCode, stdout } = await run([program, 'compose', 'metadata'], {
    env,
    signal,
    timeout: metadataPatience,
  });
  if (exitCode !== 0) return {};
  try {
    const metadata: unknown = JSON.parse(stdout);
    return typeof metadata === 'object' && metadata !== null ? metadata : {};
  } catch {
    return {};
  }
}
