import type { BootProgress, ContainerStep, OnProgress, Step } from '../../boot/index.ts';
import type { ImageProgress } from '../../core/image.ts';
import { formatBytes } from '../../core/units.ts';
import { t } from '../text.ts';
import { ComposeProgress } from './compose-progress.ts';
import { tellBuild } from './image-progress.ts';
import type { ItemState, ProgressBoard } from './progress-board.ts';

type StepProgress = Extract<BootProgress, { kind: 'step' }>;

const states: Readonly<Record<StepProgress['state'], ItemState>> = {
  waiting: 'waiting',
  working: 'working',
  started: 'working',
  ready: 'done',
  skipped: 'skipped',
  failed: 'failed',
};

/** What was reported before, as far as it decides how a later report reads. */
interface Seen {
  healthy: Set<string>;
  /** Steps that were held back by a gate after the container was made. */
  waited: Set<string>;
  labels: Map<string, string>;
}

/** Shows what `up`, `down` and the other verbs of a project report on a board: a line for each thing. */
export function bootProgress(board: ProgressBoard, project: string): OnProgress {
  const images = new Map<string, ImageBytes>();
  const pulled = new Set<string>();
  const seen: Seen = { healthy: new Set(), waited: new Set(), labels: new Map() };
  const compose = board.inComposeWords ? new ComposeProgress(board) : undefined;
  return (progress) => {
    switch (progress.kind) {
      case 'planned':
        if (compose !== undefined) return compose.planned(progress.plan);
        for (const step of progress.plan.steps) {
          seen.labels.set(step.id, labelOf(step, project));
          if (step.kind !== 'container' || step.action !== 'keep') {
            board.set(step.id, {
              label: labelOf(step, project),
              state: 'waiting',
              text: t('progress.waiting'),
            });
          }
        }
        return;
      case 'step':
        if (progress.step.kind === 'image' && progress.step.action === 'pull')
          pulled.add(progress.step.image);
        if (compose !== undefined) return compose.step(progress);
        forgetHealth(progress, seen);
        board.set(progress.step.id, {
          label: labelOf(progress.step, project),
          state: states[progress.state],
          text: progress.error?.message.split('\n')[0] ?? textOf(progress, seen),
          share: null,
        });
        return;
      case 'image': {
        if (compose !== undefined) {
          if (!pulled.has(progress.image)) tellBuild(board, progress.progress);
          return;
        }
        const bytes = images.get(progress.image) ?? new ImageBytes();
        images.set(progress.image, bytes);
        if (progress.progress.kind !== 'status' || !pulled.has(progress.image))
          showImage(board, progress.image, progress.progress, bytes);
        return;
      }
      case 'health':
        if (progress.health === 'healthy') compose?.healthy(progress.container);
        if (progress.health === 'healthy') seen.healthy.add(progress.container);
        return;
      case 'verb':
        compose?.verb(progress);
        return;
      case 'hook': {
        const { container, hook, line, error } = progress;
        const of = { name: shortName(container, project), hook };
        if (error === null) board.log(t('progress.hook', { ...of, line }));
        else board.log(t('progress.hookFailed', { ...of, reason: error.message }));
        return;
      }
      case 'provider': {
        const { service: label, level, message } = progress;
        if (level === 'info') board.set(`provider ${label}`, { label, state: 'working', text: message });
        return;
      }
      case 'model': {
        const { model, state } = progress;
        const label = t('progress.model', { name: model });
        board.set(`model ${model}`, {
          label,
          state: state === 'ready' ? 'done' : 'working',
          text: t(`progress.modelIs.${state}`),
        });
        return;
      }
      case 'locked':
        board.log(t('progress.locked', { project: progress.project, pid: progress.pid }));
        return;
    }
  };
}

/** What a step is about, as a person calls it: `web-1`, `network app_default`. */
export function labelOf(step: Step, project: string): string {
  if (step.kind === 'provider') return step.service;
  if (step.kind === 'image') return t('progress.image', { name: step.image });
  if (step.kind === 'network') return t('progress.network', { name: step.name });
  if (step.kind === 'volume') return t('progress.volume', { name: step.name });
  return shortName(step.name, project);
}

/** A container's name without that of its project. */
export function shortName(name: string, project: string): string {
  return name.startsWith(`${project}-`) ? name.slice(project.length + 1) : name;
}

/** What was heard of the container of before says nothing of the one that takes its place. */
function forgetHealth({ step, state }: StepProgress, { healthy }: Seen): void {
  if (step.kind === 'container' && state === 'working') healthy.delete(step.name);
}

function textOf({ step, state }: StepProgress, seen: Seen): string {
  if (step.kind === 'container') return containerText(step, state, seen);
  if (state === 'waiting') return t('progress.waiting');
  if (state !== 'ready') return t(`progress.doing.${step.action}`);
  return step.action === 'create' ? t('progress.made') : t(`progress.done.${step.action}`);
}

function containerText(step: ContainerStep, state: StepProgress['state'], seen: Seen): string {
  if (state === 'waiting') {
    seen.waited.add(step.id);
    const gates = step.needs.filter(({ until }) => until === 'healthy' || until === 'completed');
    const names = gates.map(({ step: id }) => seen.labels.get(id) ?? id);
    return names.length === 0 ? t('progress.waiting') : t('progress.waitingFor', { names: names.join(', ') });
  }
  if (state === 'started') return t('progress.untilReady');
  const makes = step.action === 'create' || step.action === 'recreate';
  if (state !== 'ready') {
    const starts = makes && seen.waited.has(step.id);
    return starts ? t('progress.doing.start') : t(`progress.doing.${step.action}`);
  }
  if (seen.healthy.has(step.name)) return t('progress.healthy');
  return makes && !step.start ? t('progress.made') : t(`progress.done.${step.action}`);
}

/** Bytes of the layers of one image. */
class ImageBytes {
  readonly #layers = new Map<string, { current: number; total: number }>();

  add(id: string, current: number | null, total: number | null): void {
    if (current !== null && total !== null && total > 0) this.#layers.set(id, { current, total });
  }

  get sum(): { current: number; total: number } {
    let [current, total] = [0, 0];
    for (const layer of this.#layers.values()) {
      current += layer.current;
      total += layer.total;
    }
    return { current, total };
  }
}

function showImage(board: ProgressBoard, image: string, progress: ImageProgress, bytes: ImageBytes): void {
  const label = t('progress.image', { name: image });
  const id = board.idOf(label) ?? `image ${image}`;
  if (progress.kind === 'layer') {
    if (!board.live) return;
    bytes.add(progress.id, progress.current, progress.total);
    const { current, total } = bytes.sum;
    const text = total === 0 ? progress.status : `${formatBytes(current)} / ${formatBytes(total)}`;
    board.set(id, { label, state: 'working', text, share: total === 0 ? null : current / total });
  } else if (progress.kind === 'status' && progress.status.startsWith('WARN: ')) {
    board.log(`${label}: ${progress.status}`);
  } else if (progress.kind === 'output' || progress.kind === 'status') {
    const said = progress.kind === 'status' ? progress.status : progress.text;
    const lines = said.split('\n').filter((line) => line.trim() !== '');
    if (!board.live) for (const line of lines) board.buildLine(`    ${line}`);
    else if (lines.length > 0) board.set(id, { label, state: 'working', text: lines.at(-1) ?? '' });
  }
}
