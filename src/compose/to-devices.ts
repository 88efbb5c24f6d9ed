import type { DeviceRequest, ResourceLimits } from '../core/spec.ts';
import { defined } from './defined.ts';
import type { BlockIo, Device, Service, DeviceRequest as WrittenRequest } from './model.ts';

/** What `gpus`, `deploy.resources.reservations.devices` and devices by CDI name ask of the engine's device drivers. */
export function toDeviceRequests(service: Service): DeviceRequest[] {
  const cdi = service.devices.filter(isCdi).map(({ source }) => source);
  return [
    ...(cdi.length === 0 ? [] : [{ driver: 'cdi', deviceIds: cdi }]),
    ...service.gpus.map((request) => toRequest(request, [...new Set([...request.capabilities, 'gpu'])])),
    ...(service.deploy?.reservations?.devices ?? []).map((request) =>
      toRequest(request, request.capabilities),
    ),
  ];
}

/** Whether a device goes by a name of the Container Device Interface (`vendor.com/class=name`) and not by a path. */
export function isCdi({ source, target }: Device): boolean {
  return source === target && /^[A-Za-z][\w.-]*\/[A-Za-z][\w-]*=[\w.:-]+$/.test(source);
}

function toRequest(
  { driver, count, deviceIds, options }: WrittenRequest,
  capabilities: readonly string[],
): DeviceRequest {
  return defined<DeviceRequest>({
    driver,
    count,
    deviceIds: deviceIds.length === 0 ? undefined : deviceIds,
    capabilities: capabilities.length === 0 ? undefined : [capabilities],
    options: Object.keys(options).length === 0 ? undefined : options,
  });
}

/** `blkio_config`. */
export function blockIoLimits(blockIo: BlockIo | undefined): ResourceLimits {
  if (blockIo === undefined) return {};
  const filled = <T>(list: readonly T[]): readonly T[] | undefined => (list.length === 0 ? undefined : list);
  return defined<ResourceLimits>({
    blkioWeight: blockIo.weight,
    blkioWeightDevice: filled(blockIo.weightDevice),
    blkioReadBps: filled(blockIo.deviceReadBps),
    blkioWriteBps: filled(blockIo.deviceWriteBps),
    blkioReadIops: filled(blockIo.deviceReadIops),
    blkioWriteIops: filled(blockIo.deviceWriteIops),
  });
}
