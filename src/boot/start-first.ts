import type { DesiredService } from './desired.ts';

/** Whether the service asks that a new container is healthy before the old one leaves, and the two can run side by side. */
export function startsFirst(service: DesiredService): boolean {
  return isAskedFor(service) && hindrance(service) === null;
}

/** A warning for a service that asks for it and cannot have it; null otherwise. */
export function startFirstWarning(service: DesiredService): string | null {
  const reason = isAskedFor(service) ? hindrance(service) : null;
  return reason === null
    ? null
    : `${service.name} cannot start first: ${reason}; the old container stops first`;
}

function isAskedFor({ declared }: DesiredService): boolean {
  return declared.deploy?.updateConfig?.order === 'start-first';
}

function hindrance({ declared, scale }: DesiredService): string | null {
  const { networkMode, networks } = declared;
  if (networkMode === 'host') return 'two containers cannot have the same ports of the host';
  for (const { published } of declared.ports) {
    // The old ones hold one each.
    if (published === undefined || published.to - published.from + 1 >= 2 * scale) continue;
    return `port ${published.from} is published by the engine, which gives it to one container at a time (wherry serve can hold it)`;
  }
  const fixed = Object.values(networks).find(
    ({ ipv4Address, ipv6Address, macAddress }) => (ipv4Address ?? ipv6Address ?? macAddress) !== undefined,
  );
  return fixed === undefined ? null : 'two containers cannot have the same address in a network';
}
