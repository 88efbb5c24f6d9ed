import type { BootProgress, Plan, ServiceVerb, Step } from '../../boot/index.ts';
import type { ItemState, ProgressBoard } from './progress-board.ts';

type StepProgress = Extract<BootProgress, { kind: 'step' }>;
type VerbProgress = Extract<BootProgress, { kind: 'verb' }>;
type Words = Readonly<Record<Step['action'], string>>;

/** Docker compose's words, which scripts look for: in no language but its own. */
const doing: Words = {
  build: 'Building',
  create: 'Creating',
  down: 'Removing',
  keep: 'Running',
  pull: 'Pulling',
  recreate: 'Recreate',
  remove: 'Removing',
  start: 'Starting',
  stop: 'Stopping',
  up: 'Creating',
};
const done: Words = {
  build: 'Built',
  create: 'Created',
  down: 'Removed',
  keep: 'Running',
  pull: 'Pulled',
  recreate: 'Recreated',
  remove: 'Removed',
  start: 'Started',
  stop: 'Stopped',
  up: 'Created',
};

/** What a verb does to a container, at its beginning (some say nothing then) and at its end. */
const verbs: Readonly<Record<ServiceVerb, { doing?: string; done: string }>> = {
  kill: { doing: 'Killing', done: 'Killed' },
  pause: { done: 'Paused' },
  remove: { doing: 'Removing', done: 'Removed' },
  restart: { doing: 'Restarting', done: 'Started' },
  resume: { done: 'Unpaused' },
  start: { doing: 'Starting', done: 'Started' },
  stop: { doing: 'Stopping', done: 'Stopped' },
};

/** Tells the steps of a project as docker compose does: `Container app-web-1 Started`. */
export class ComposeProgress {
  readonly #board: ProgressBoard;
  /** What was told of each step last, so that it is told once. */
  readonly #told = new Map<string, string>();
  readonly #healthy = new Set<string>();

  constructor(board: ProgressBoard) {
    this.#board = board;
  }

  /** The engine says of this container that it is healthy. */
  healthy(container: string): void {
    this.#healthy.add(container);
  }

  /** What stays as it is, is told at once. */
  planned({ steps }: Plan): void {
    for (const step of steps)
      if (step.kind === 'container' && step.action === 'keep') this.#tell(step, 'done', done.keep);
  }

  step({ step, state, error }: StepProgress): void {
    if (error !== null) {
      this.#tell(step, state === 'skipped' ? 'skipped' : 'failed', error.message.split('\n')[0] ?? '');
      return;
    }
    const makes = step.action === 'create' || step.action === 'recreate';
    if (step.kind !== 'container' || !makes) {
      if (state === 'working' && step.action !== 'keep') this.#tell(step, 'working', doing[step.action]);
      if (state === 'ready') this.#tell(step, 'done', done[step.action]);
      if (state === 'ready' && step.action === 'start') this.#tellHealth(step);
      return;
    }
    if (state === 'working') this.#healthy.delete(step.name);
    const isMade = this.#told.get(step.id) === done[step.action];
    if (state === 'working') {
      if (isMade) this.#tell(step, 'working', doing.start);
      else this.#tell(step, 'working', doing[step.action]);
      return;
    }
    if (!this.#told.has(step.id)) return;
    if (this.#told.get(step.id) === doing[step.action]) this.#tell(step, 'done', done[step.action]);
    if (state === 'waiting' || !step.start) return;
    if (this.#told.get(step.id) === done[step.action]) this.#tell(step, 'working', doing.start);
    if (this.#told.get(step.id) === doing.start) this.#tell(step, 'done', done.start);
    if (state === 'ready') this.#tellHealth(step);
  }

  /** One that does not run is told as stopped all the same. */
  verb({ verb, container, state }: VerbProgress): void {
    if (state === 'failed' || (state === 'kept' && verb !== 'stop')) return;
    const { doing: begun, done: ended } = verbs[verb];
    const text = state === 'working' ? begun : state === 'healthy' ? 'Healthy' : ended;
    if (text !== undefined)
      this.#board.tell(`Container ${container}`, state === 'working' ? 'working' : 'done', text);
  }

  #tellHealth(step: Step): void {
    if (step.kind === 'container' && this.#healthy.has(step.name)) this.#tell(step, 'done', 'Healthy');
  }

  #tell(step: Step, state: ItemState, text: string): void {
    if (this.#told.get(step.id) === text) return;
    this.#told.set(step.id, text);
    this.#board.tell(resourceOf(step), state, text);
  }
}

function resourceOf(step: Step): string {
  if (step.kind === 'provider') return step.service;
  const name = step.kind === 'image' ? step.image : step.name;
  return `${step.kind.charAt(0).toUpperCase()}${step.kind.slice(1)} ${name}`;
}
