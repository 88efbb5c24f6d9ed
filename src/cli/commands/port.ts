import { WherryError } from '../../core/errors.ts';
import type { Invocation } from '../declaration.ts';
import { hostAddress } from '../output/container-text.ts';
import { findTarget } from '../targets.ts';
import { t } from '../text.ts';

export interface PortOptions {
  protocol: 'tcp' | 'udp' | 'sctp' | undefined;
  index: number | undefined;
}

/** Prints where the ports of a container are published, or where one of them is. */
export async function port({ context, words, options }: Invocation<PortOptions>): Promise<undefined> {
  const { output, signal } = context;
  const [name = '', wanted] = words;
  const target = await findTarget(context, name, options.index, { oneOff: true });
  const { ports } = await (await context.backend()).inspect(target.id, { signal });
  const [number, protocol = options.protocol ?? 'tcp'] = wanted?.split('/') ?? [];
  const published = ports.filter(
    (row) =>
      row.published !== null &&
      (number === undefined || (row.target === Number(number) && row.protocol === protocol)),
  );
  if (published.length === 0 && wanted !== undefined) {
    throw new WherryError(
      'NOT_FOUND',
      t('port.none', { port: `${number}/${protocol}`, name: target.label }),
      {
        hint: t('port.noneFix'),
      },
    );
  }
  if (output.json) output.value(published);
  else {
    // Of a service the first address only, as docker compose prints it for scripts; docker prints all of a container.
    const first = target.service !== null && wanted !== undefined;
    for (const row of first ? published.slice(0, 1) : published) {
      const address = hostAddress(row);
      output.line(wanted === undefined ? `${row.target}/${row.protocol} -> ${address}` : address);
    }
  }
}
