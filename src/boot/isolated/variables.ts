import { composeLabel } from '../../compose/index.ts';
import type { Backend, CallOptions } from '../../core/index.ts';
import { writeWhole } from '../../transport/write-whole.ts';
import { observe } from '../observed.ts';
import type { IsolatedCopies, IsolatedCopy } from './isolated-copies.ts';

/** Where one port of the copy is reached. */
export interface CopyPort {
  service: string;
  /** Port in the container. */
  target: number;
  protocol: 'tcp' | 'udp' | 'sctp';
  hostIp: string | null;
  published: number;
  /** The port that the file says; null when it leaves the choice to the engine. */
  wanted: number | null;
  /** The variable that holds `published`. */
  variable: string;
}

/**
 * The ports of the copy, by service: those that were found for it, and those that the engine chose for what runs. Of
 * several containers of a service the first. Variables of a port that the file publishes more than once are numbered from
 * the second on.
 */
export async function copyPorts(
  backend: Backend,
  copy: IsolatedCopy,
  { signal }: CallOptions = {},
): Promise<readonly CopyPort[]> {
  const rows = await observe(backend, copy.project, { signal, labels: [`${composeLabel.oneOff}=False`] });
  const found = new Map<string, CopyPort>();
  for (const { published, wanted, service, target, protocol, hostIp } of copy.ports) {
    const name = portVariable({ service, target, protocol });
    const variable = numbered(name, (one) => found.has(one));
    found.set(variable, { service, target, protocol, hostIp, published, wanted, variable });
  }
  for (const { service, ports } of rows) {
    for (const { published, target, protocol, hostIp } of ports) {
      const variable = portVariable({ service, target, protocol });
      if (published === null || found.has(variable)) continue;
      found.set(variable, { service, target, protocol, hostIp, published, wanted: null, variable });
    }
  }
  return [...found.values()].sort((a, b) => (a.variable < b.variable ? -1 : 1));
}

/**
 * What other programs are told of the copy: `COMPOSE_PROJECT_NAME`, `WHERRY_ISOLATED`, `WHERRY_PORT_SERVICE_TARGET` for
 * each port (`…_UDP` for one that is not TCP), and `SERVICE_PORT` for the lowest TCP port of
 * each service (of one without any, the lowest).
 */
export function copyVariables(copy: IsolatedCopy, ports: readonly CopyPort[]): Record<string, string> {
  const variables: Record<string, string> = {
    COMPOSE_PROJECT_NAME: copy.project,
    WHERRY_ISOLATED: copy.name,
  };
  for (const { variable, published } of ports) variables[variable] = String(published);
  for (const { service, published } of [...ports].sort(tcpThenLowest))
    variables[`${asVariable(service)}_PORT`] ??= String(published);
  return variables;
}

/** Writes the variables where a shell can read them: `set -a; . FILE`. Resolves to the path. */
export async function writeVariables(
  copies: IsolatedCopies,
  project: string,
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const path = copies.variablesFile(project);
  const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  await writeWhole(path, lines.join(''));
  return path;
}

function tcpThenLowest(a: CopyPort, b: CopyPort): number {
  const isTcp = ({ protocol }: CopyPort): number => (protocol === 'tcp' ? 0 : 1);
  return isTcp(a) - isTcp(b) || a.target - b.target;
}

function portVariable({
  service,
  target,
  protocol,
}: Pick<CopyPort, 'service' | 'target' | 'protocol'>): string {
  const suffix = protocol === 'tcp' ? '' : `_${protocol.toUpperCase()}`;
  return `WHERRY_PORT_${asVariable(service)}_${target}${suffix}`;
}

function numbered(name: string, isTaken: (name: string) => boolean): string {
  if (!isTaken(name)) return name;
  for (let number = 2; ; number += 1) if (!isTaken(`${name}_${number}`)) return `${name}_${number}`;
}

function asVariable(service: string): string {
  const name = service.toUpperCase().replace(/[^A-Z0-9]/g, '_');
  return /^\d/.test(name) ? `_${name}` : name;
}
