import { createHash } from 'node:crypto';
import type { Service } from '../../compose/index.ts';
import type { ProvidedVariables } from './messages.ts';

/** On a container with variables of providers: a hash of them. The config hash is made of the files alone. */
export const providedLabel = 'dev.wherry.provided-hash';

/** What providers that have run gave, by their services. */
export type Provided = ReadonlyMap<string, ProvidedVariables>;

/** The variables that a service gets from the providers that it depends on. */
export function variablesFor(
  service: Pick<Service, 'dependsOn'>,
  provided: Provided,
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of Object.keys(service.dependsOn)) {
    const { prefixed = {}, raw = {} } = provided.get(name) ?? {};
    for (const [key, value] of Object.entries(prefixed)) variables[`${name.toUpperCase()}_${key}`] = value;
    Object.assign(variables, raw);
  }
  return variables;
}

/** Variables of the file that providers give another value. */
export function overridden(service: Service, variables: Readonly<Record<string, string>>): string[] {
  return Object.entries(variables).flatMap(([name, value]) =>
    Object.hasOwn(service.environment, name) && service.environment[name] !== value ? [name] : [],
  );
}

/** Undefined when there are none. */
export function providedHash(variables: Readonly<Record<string, string>>): string | undefined {
  const entries = Object.entries(variables).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return undefined;
  return createHash('sha256').update(JSON.stringify(entries)).digest('hex').slice(0, 32);
}
