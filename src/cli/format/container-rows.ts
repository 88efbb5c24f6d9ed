import { composeLabel } from '../../core/compose-labels.ts';
import type { ContainerStatus, ContainerSummary } from '../../core/container.ts';
import { shortId, statusText } from '../output/container-text.ts';
import { displayablePorts } from '../output/displayable-ports.ts';
import { ago } from '../output/time.ts';
import { truncate } from '../output/width.ts';
import type { Row } from './go-template.ts';
import { goTime } from './go-time.ts';
import type { Rows } from './print-rows.ts';

const commandCells = 20;
const mountCells = 15;

const fields: readonly string[] = [
  'Command',
  'CreatedAt',
  'Engine',
  'ExitCode',
  'Health',
  'ID',
  'Image',
  'Labels',
  'LocalVolumes',
  'Mounts',
  'Name',
  'Names',
  'Networks',
  'Ports',
  'Project',
  'Publishers',
  'RunningFor',
  'Service',
  'Size',
  'State',
  'Status',
];

const titles: Readonly<Record<string, string>> = {
  ID: 'CONTAINER ID',
  Name: 'NAME',
  Names: 'NAMES',
  Project: 'PROJECT',
  Service: 'SERVICE',
  Image: 'IMAGE',
  Command: 'COMMAND',
  CreatedAt: 'CREATED AT',
  RunningFor: 'CREATED',
  Ports: 'PORTS',
  State: 'STATE',
  Status: 'STATUS',
  Size: 'SIZE',
  Labels: 'LABELS',
  Engine: 'ENGINE',
};

/** Docker's own words, where ours are others. */
export const peerStates: Readonly<Partial<Record<ContainerStatus, string>>> = {
  starting: 'restarting',
  stopping: 'removing',
};

/** Containers with the fields that docker compose's `ps` has. */
export function containerRows(containers: readonly ContainerSummary[], options: { noTrunc: boolean }): Rows {
  return { rows: containers.map((container) => containerRow(container, options)), titles, fields };
}

function containerRow(container: ContainerSummary, { noTrunc }: { noTrunc: boolean }): Row {
  const { id, name, image, labels, status, health, createdAt, mounts = [] } = container;
  const shortened = (text: string, cells: number): string => (noTrunc ? text : truncate(text, cells));
  const ended = status === 'exited' || status === 'dead';
  const ports = [...container.ports].sort((a, b) => a.target - b.target);
  return {
    Command: JSON.stringify(shortened(container.command, commandCells)),
    CreatedAt: goTime(createdAt),
    Engine: labels['com.docker.compose.engine'] ?? '',
    ExitCode: ended ? (container.exitCode ?? 0) : 0,
    Health: status === 'running' && health !== 'none' ? health : '',
    ID: noTrunc ? id : shortId(id),
    Image: image,
    Label: (key) => labels[String(key)] ?? '',
    Labels: pairs(labels),
    LocalVolumes: String(mounts.filter(({ driver }) => driver === 'local').length),
    Mounts: mounts.map(({ name: volume, source }) => shortened(volume ?? source ?? '', mountCells)).join(','),
    Name: name,
    Names: name,
    Networks: container.networks.map((network) => network.name).join(','),
    Ports: displayablePorts(ports),
    Project: labels[composeLabel.project] ?? '',
    Publishers: ports.map(({ hostIp, target, published, protocol }) => ({
      URL: hostIp ?? '',
      TargetPort: target,
      PublishedPort: published ?? 0,
      Protocol: protocol,
    })),
    RunningFor: ago(createdAt),
    Service: labels[composeLabel.service] ?? '',
    // Nobody asks the engine for it, as docker compose does not.
    Size: '0B',
    State: peerStates[status] ?? status,
    Status: container.statusText ?? statusText(container),
  };
}

/** `a=1,b=2`, sorted. */
export function pairs(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');
}
