import type { Invocation } from '../declaration.ts';
import { t } from '../text.ts';
import { readOptions, usage } from '../usage.ts';
import { terminalWishes } from './exec.ts';
import { runContainer } from './run-container.ts';
import { containerSpec, type RunSpecOptions } from './run-spec.ts';

export interface RunOptions extends RunSpecOptions {
  detach: boolean;
  rm: boolean;
  noTty: boolean;
  noInteractive: boolean;
  noDeps: boolean;
  servicePorts: boolean;
  useAliases: boolean;
  build: boolean;
  quietPull: boolean;
  quietBuild: boolean;
  removeOrphans: boolean;
}

/** Runs a command in a new container: of a service in a project, of an image elsewhere. */
export async function run({ context, words, options }: Invocation<RunOptions>): Promise<number> {
  const scope = await context.scope();
  if (scope.kind === 'project') {
    const { runService } = await import('./run-service.ts');
    return runService({ context, words, options });
  }
  onlyInProject(options);
  const [image = '', ...command] = words;
  const { stdin, tty } = terminalWishes(options, { project: false });
  const spec = readOptions(() =>
    containerSpec(image, command, { ...options, interactive: stdin, tty }, context),
  );
  return runContainer(context, spec, { stdin, tty, detach: options.detach, remove: options.rm });
}

/** An image has no service, and so no dependencies, ports or files of its own. */
function onlyInProject(options: RunOptions): void {
  const given = [
    ['--no-deps', options.noDeps],
    ['--service-ports', options.servicePorts],
    ['--use-aliases', options.useAliases],
    ['--build', options.build],
    ['--remove-orphans', options.removeOrphans],
  ] as const;
  const [option] = given.flatMap(([name, isGiven]) => (isGiven ? [name] : []));
  if (option !== undefined) throw usage(t('run.onlyInProject', { option }));
}
