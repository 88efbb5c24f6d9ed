import type { CopyPort, IsolatedCopy } from '../../boot/isolated/index.ts';
import { bracketed } from '../../core/host-port.ts';
import type { Context } from '../context.ts';
import { t } from '../text.ts';

/** Where an isolated copy is reached, as `--json` shows it. */
export interface CopyReport {
  name: string;
  base: string;
  ports: readonly CopyPort[];
  variables: Readonly<Record<string, string>>;
  /** Path of the file with the variables. */
  variablesFile: string;
}

/** Finds out where the copy is reached, and writes its variables down for other programs. */
export async function reportCopy(context: Context, copy: IsolatedCopy): Promise<CopyReport> {
  const { IsolatedCopies, copyPorts, copyVariables, writeVariables } = await import(
    '../../boot/isolated/index.ts'
  );
  const ports = await copyPorts(await context.backend(), copy, { signal: context.signal });
  const variables = copyVariables(copy, ports);
  const variablesFile = await writeVariables(new IsolatedCopies(), copy.project, variables);
  return { name: copy.name, base: copy.base, ports, variables, variablesFile };
}

/** The table of ports with their variables, and where to read these from. */
export function showCopy({ output }: Context, { name, base, ports, variablesFile }: CopyReport): void {
  if (!output.quiet && ports.length > 0) {
    output.table(
      [
        { title: t('column.service'), value: ({ service }) => service },
        { title: t('column.port'), value: ({ target, protocol }) => `${target}/${protocol}` },
        { title: t('column.address'), value: addressOf, paint: (text) => output.paint('cyan', text) },
        { title: t('column.inFile'), value: ({ wanted }) => (wanted === null ? '' : String(wanted)) },
        { title: t('column.variable'), value: ({ variable }) => variable },
      ],
      ports,
    );
  }
  output.note(t('isolated.variables', { name, base, file: variablesFile }));
}

function addressOf({ hostIp, published }: CopyPort): string {
  const host = hostIp === null || hostIp === '0.0.0.0' || hostIp === '::' ? 'localhost' : hostIp;
  return `${bracketed(host)}:${published}`;
}
