import type { HeldPorts } from '../../boot/port-holder.ts';
import { heldPorts, inPlace } from '../../boot/port-holder.ts';
import type { PublishedPort } from '../../core/container.ts';
import { WherryError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
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
  const { output } = context;
  const [name = '', wanted] = words;
  const held = await heldHere(context);
  const target =
    options.index === undefined && held.has(name)
      ? { label: name, service: name, ports: [] }
      : await engineTarget(context, name, options);
  const ports = inPlace(target.ports, held.get(target.service ?? ''));
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

interface PortTarget {
  label: string;
  /** Null outside of a project, and of a one-off container. */
  service: string | null;
  ports: readonly PublishedPort[];
}

async function engineTarget(context: Context, name: string, { index }: PortOptions): Promise<PortTarget> {
  const { id, label, service, number } = await findTarget(context, name, index, { oneOff: true });
  const { ports } = await (await context.backend()).inspect(id, { signal: context.signal });
  return { label, service: number === 0 ? null : service, ports };
}

/** What a `serve` of the project in scope listens on. */
async function heldHere(context: Context): Promise<HeldPorts> {
  const scope = await context.scope();
  if (scope.kind === 'engine') return new Map();
  return await heldPorts((await context.backend()).address, scope.name, { signal: context.signal });
}
