import { expect, it } from 'vitest';
import { diskUseRows } from './disk-use.ts';

const volume = (Size: number, RefCount: number): { Name: string; Driver: string; UsageData: object } => ({
  Name: `v${Size}`,
  Driver: 'local',
  UsageData: { Size, RefCount },
});

it('counts as docker system df does, up to API 1.51', () => {
  const use = diskUseRows({
    LayersSize: 1000,
    Images: [
      { Id: 'a', Size: 600, SharedSize: 100, Containers: 1 },
      { Id: 'b', Size: 500, SharedSize: 100, Containers: 0 },
    ],
    Containers: [{ SizeRw: 10, State: 'running' }, { SizeRw: 20, State: 'exited' }, { State: 'created' }],
    Volumes: [volume(7, 0), volume(5, 2), volume(-1, -1)],
    BuildCache: [
      { Size: 3, InUse: false, Shared: false },
      { Size: 4, InUse: true, Shared: false },
      { Size: 9, InUse: false, Shared: true },
    ],
  });
  expect(use).toEqual({
    images: { count: 2, active: 1, size: 1000, reclaimable: 500 },
    containers: { count: 3, active: 1, size: 30, reclaimable: 20 },
    volumes: { count: 3, active: 2, size: 12, reclaimable: 7 },
    buildCache: { count: 3, active: 1, size: 7, reclaimable: 3 },
  });
});

it('takes the sums of API 1.52 and later, where zeros are left out', () => {
  const use = diskUseRows({
    ImageUsage: { ActiveCount: 1, TotalCount: 3, Reclaimable: 40, TotalSize: 90 },
    ContainerUsage: {},
    VolumeUsage: { TotalCount: 1 },
    BuildCacheUsage: { TotalCount: 2, TotalSize: 5, Reclaimable: 5 },
  });
  expect(use).toEqual({
    images: { count: 3, active: 1, size: 90, reclaimable: 40 },
    containers: { count: 0, active: 0, size: 0, reclaimable: 0 },
    volumes: { count: 1, active: 0, size: 0, reclaimable: 0 },
    buildCache: { count: 2, active: 0, size: 5, reclaimable: 5 },
  });
});

it('counts an image that Podman lists once for each of its names once', () => {
  const row = { Id: 'a', Size: 600, SharedSize: 0, Containers: 0 };
  expect(diskUseRows({ LayersSize: 0, Images: [row, row] }).images).toEqual({
    count: 1,
    active: 0,
    size: 600,
    reclaimable: 600,
  });
});
