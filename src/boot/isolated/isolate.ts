import { composeLabel, type Project } from '../../compose/index.ts';
import { type Backend, type CallOptions, type ContainerSummary, engineHost } from '../../core/index.ts';
import { canListen } from '../../transport/can-listen.ts';
import { assignPorts, clash, type HostPort, hostPortOf } from './assign-ports.ts';
import { fixedPorts } from './isolate-project.ts';
import { type IsolatedCopies, type IsolatedCopy, withOwnSuffix } from './isolated-copies.ts';

export interface PlaceCopyOptions extends CallOptions {
  copies: IsolatedCopies;
  /** `nothing`: only to see where it would be. Default: `kept`, until it is taken down. */
  effect?: 'kept' | 'nothing' | undefined;
}

/**
 * Finds ports of the host for the copy of `project` (as the file says it): those that it had, else those of the file, else
 * free ones: what the engine publishes, what listens on this machine, and what other copies have is taken. Two processes
 * that do so at once never find the same. Fails with `PORT_TAKEN`, `CONFLICT`.
 */
export async function placeCopy(
  backend: Backend,
  project: Project,
  copy: IsolatedCopy,
  { copies, effect = 'kept', signal }: PlaceCopyOptions,
): Promise<IsolatedCopy> {
  const wishes = fixedPorts(project);
  const running = wishes.length === 0 ? [] : await backend.list({}, { signal });
  const ofCopy = (one: ContainerSummary): boolean => one.labels[composeLabel.project] === copy.project;
  const own = running.filter(ofCopy).flatMap(publishedPorts);
  const foreign = running.filter((one) => !ofCopy(one)).flatMap(publishedPorts);
  const isHere = isOnThisMachine(backend);
  const isFree = async (port: HostPort): Promise<boolean> => {
    if (foreign.some((other) => clash(other, port))) return false;
    if (own.some((other) => clash(other, port))) return true;
    const { protocol } = port;
    return !isHere || protocol === 'sctp' || (await canListen({ ...port, protocol }));
  };
  const decide = async (known: {
    kept: IsolatedCopy;
    others: readonly IsolatedCopy[];
  }): Promise<IsolatedCopy> => {
    const reserved = known.others.flatMap(({ ports }) => ports.map(hostPortOf));
    const kept = known.kept.ports;
    const own = known.kept === copy ? withOwnSuffix(copy, known.others) : known.kept;
    return { ...own, ports: await assignPorts({ project: copy.project, wishes, kept, reserved, isFree }) };
  };
  if (effect === 'kept') return copies.keep(copy, decide, { signal });
  const all = await copies.list();
  const kept = all.find(({ project }) => project === copy.project) ?? copy;
  return decide({ kept, others: all.filter(({ project }) => project !== copy.project) });
}

function publishedPorts({ ports }: ContainerSummary): HostPort[] {
  return ports.flatMap(({ hostIp, published, protocol }) =>
    published === null ? [] : [{ hostIp, port: published, protocol }],
  );
}

function isOnThisMachine({ address }: Backend): boolean {
  const host = engineHost(address);
  return host === null || host === 'localhost' || host === '::1' || host.startsWith('127.');
}
