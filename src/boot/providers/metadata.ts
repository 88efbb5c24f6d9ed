import type { Provider } from '../../compose/index.ts';
import { WherryError } from '../../core/index.ts';

export type ProviderCommand = 'up' | 'down' | 'stop';

/** Which options a command of a provider takes. */
interface CommandParameters {
  parameters?: readonly { name: string; required?: boolean }[];
}

/** What a provider says of itself (`PROVIDER compose metadata`). */
export interface ProviderMetadata {
  description?: string;
  up?: CommandParameters;
  down?: CommandParameters;
  /** Without it there is nothing to do at a stop. */
  stop?: CommandParameters;
}

/** Whether it says anything: one that does not takes all options. */
function saysNothing({ description = '', up, down }: ProviderMetadata): boolean {
  return description === '' && up?.parameters === undefined && down?.parameters === undefined;
}

/**
 * The arguments of a provider's program. Options that the command does not know are left out. Fails with `INVALID` when
 * one that it needs is missing.
 */
export function providerArguments(
  command: ProviderCommand,
  metadata: ProviderMetadata,
  asked: { project: string; service: string; provider: Provider },
): string[] {
  const { project, service, provider } = asked;
  const parameters = metadata[command]?.parameters ?? [];
  const takesAll = saysNothing(metadata);
  const missing = parameters.find(
    ({ name, required }) => required === true && !Object.hasOwn(provider.options, name),
  );
  if (missing !== undefined && !takesAll) {
    throw new WherryError(
      'INVALID',
      `${service}: the provider ${provider.type} needs the option ${missing.name}`,
      {
        hint: `add ${missing.name} to provider.options of ${service}`,
        details: { service, provider: provider.type, option: missing.name },
      },
    );
  }
  const options = Object.entries(provider.options)
    .filter(([name]) => takesAll || parameters.some((parameter) => parameter.name === name))
    .flatMap(([name, values]) => values.map((value) => `--${name}=${value}`));
  return ['compose', `--project-name=${project}`, command, ...options, service];
}
