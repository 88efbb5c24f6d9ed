import { constants } from 'node:os';
import type { ContainerInfo } from '../../core/container.ts';

const signals = Object.entries(constants.signals);

/** What Podman's compatible inspect says differently: signals by number, and ports also of one that does not run. */
export function podmanContainer(info: ContainerInfo): ContainerInfo {
  const runs = info.status === 'running' || info.status === 'paused' || info.status === 'stopping';
  const { stopSignal, ...spec } = info.spec;
  return {
    ...info,
    ports: runs ? info.ports : [],
    spec: stopSignal === undefined ? spec : { ...spec, ...stopSignalOf(stopSignal) },
  };
}

/** Podman writes its default where none was given. */
function stopSignalOf(text: string): { stopSignal?: string } {
  if (!/^\d+$/.test(text)) return { stopSignal: text };
  const name = signals.find(([, number]) => number === Number(text))?.[0];
  return name === undefined || name === 'SIGTERM' ? {} : { stopSignal: name };
}
