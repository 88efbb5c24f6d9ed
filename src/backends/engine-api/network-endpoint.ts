import type { LinkSpec, NetworkAttachment } from '../../core/spec.ts';

/** How a container appears on a network, as the body of `connect` (and of create) wants it. */
export function endpointSettings(
  attachment: NetworkAttachment,
  links: readonly LinkSpec[] = [],
): Record<string, unknown> {
  const { aliases, ipv4Address, ipv6Address, linkLocalIps, macAddress, gwPriority, interfaceName } =
    attachment;
  const hasIpam = ipv4Address !== undefined || ipv6Address !== undefined || linkLocalIps !== undefined;
  const driverOpts = {
    ...attachment.driverOpts,
    ...(interfaceName === undefined ? {} : { 'com.docker.network.endpoint.ifname': interfaceName }),
  };
  return {
    ...(aliases === undefined ? {} : { Aliases: aliases }),
    ...(links.length === 0 ? {} : { Links: linkLines(links) }),
    ...(hasIpam
      ? {
          IPAMConfig: {
            ...(ipv4Address === undefined ? {} : { IPv4Address: ipv4Address }),
            ...(ipv6Address === undefined ? {} : { IPv6Address: ipv6Address }),
            ...(linkLocalIps === undefined ? {} : { LinkLocalIPs: linkLocalIps }),
          },
        }
      : {}),
    ...(macAddress === undefined ? {} : { MacAddress: macAddress }),
    ...(gwPriority === undefined ? {} : { GwPriority: gwPriority }),
    ...(Object.keys(driverOpts).length === 0 ? {} : { DriverOpts: driverOpts }),
  };
}

/** `container:alias`, as the engine wants links. */
export function linkLines(links: readonly LinkSpec[]): string[] {
  return links.map(({ container, alias }) => `${container}:${alias}`);
}
