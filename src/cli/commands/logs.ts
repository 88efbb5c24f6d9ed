import type { EngineEvent } from '../../core/engine-event.ts';
import type { LogRecord } from '../../core/streams.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { LinePrefix } from '../output/prefix.ts';
import { isNamedAlone, type ProjectScope, type Scope } from '../scope.ts';
import { findTarget, findTargets, type Target } from '../targets.ts';
import { t } from '../text.ts';

type Died = Extract<EngineEvent, { type: 'died' }>;

export interface LogsOptions {
  follow: boolean;
  tail: number | undefined;
  since: Date | undefined;
  until: Date | undefined;
  timestamps: boolean;
  noPrefix: boolean;
  index: number | undefined;
}

/** Prints what containers wrote; of several the lines are interleaved and each says whose it is. */
export async function logs({ context, words, options }: Invocation<LogsOptions>): Promise<undefined> {
  const scope = await context.scope();
  const chosen = await chosenTargets(context, scope, words, options);
  const bare = options.noPrefix || (scope.kind === 'engine' && chosen.length === 1);
  const goesOn =
    options.follow && scope.kind === 'project' && chosen.every(({ service }) => service !== null);
  const [only] = chosen;
  if (bare && !goesOn && !options.timestamps && !context.output.json && chosen.length === 1 && only) {
    await rawLog(context, only, options);
    return;
  }
  const prefixFor = (targets: readonly Target[]): LinePrefix | undefined =>
    bare
      ? undefined
      : new LinePrefix(
          targets.map(({ label }) => label),
          context.output.paint,
        );
  const prefix = prefixFor(chosen);
  if (goesOn) {
    const isAll = words.length === 0 && options.index === undefined;
    const services = isAll
      ? servicesOf(context, scope)
      : [...new Set(chosen.map(({ service }) => service ?? ''))];
    await followProject(context, { projectName: scope.name, services, targets: chosen }, options, prefix);
  } else if (options.follow)
    await Promise.all(chosen.map((target) => printLog(context, target, options, prefix)));
  else await printMerged(context, chosen, options, prefixFor);
}

/** The containers that are asked for, without names those of the files' services; with `index` that one of each service. */
async function chosenTargets(
  context: Context,
  scope: Scope,
  words: readonly string[],
  { index }: LogsOptions,
): Promise<readonly Target[]> {
  if (words.length > 0 && index !== undefined)
    return Promise.all(words.map((name) => findTarget(context, name, index)));
  const found = await findTargets(context, words);
  if (words.length > 0 || scope.kind === 'engine') return found;
  const services = servicesOf(context, scope);
  const isOwn = (service: string | null): boolean => services?.includes(service ?? '') !== false;
  return found.filter(({ service, number }) => isOwn(service) && (index === undefined || number === index));
}

/** All services of the files; undefined where all that there are count. */
function servicesOf(context: Context, { project }: ProjectScope): readonly string[] | undefined {
  if (project === null || isNamedAlone(context)) return undefined;
  return [project.services, project.disabledServices].flatMap((services) => Object.keys(services));
}

/** Follows services (all when undefined) over restarts, and their containers that are added later. */
async function followProject(
  context: Context,
  followed: { projectName: string; services: readonly string[] | undefined; targets: readonly Target[] },
  options: LogsOptions,
  prefix: LinePrefix | undefined,
): Promise<void> {
  const { ProjectFollower } = await import('../project-follower.ts');
  const { projectName, services, targets } = followed;
  const labels = new Map(targets.map((target) => [target.id, target]));
  const short = (name: string): string => name.replace(`${projectName}-`, '');
  const tell = (key: 'up.exited' | 'up.restarting', { subject, exitCode }: Died): void => {
    if (!context.output.json)
      context.output.line(t(key, { name: short(subject.name), code: exitCode ?? '?' }));
  };
  const follower = new ProjectFollower(await context.backend(), {
    projectName,
    services,
    signal: context.signal,
    onRecord: (record, name, id) => {
      const target = labels.get(id) ?? { id, label: short(name), service: null, number: null };
      print(context, target, record, options, prefix);
    },
    afterBatch: () => context.output.flushed(context.signal),
    onExit: (exit) => tell('up.exited', exit),
    onRestart: (exit) => tell('up.restarting', exit),
  });
  follower.listen();
  const { tail, since, until } = logOptions(options);
  for (const { id, label, service } of targets)
    follower.follow(id, label, service ?? '', { tail, since, until });
  await follower.idle();
  await follower.close();
}

/** The bytes as they were written. */
async function rawLog(
  { output, signal, ...context }: Context,
  target: Target,
  options: LogsOptions,
): Promise<void> {
  const backend = await context.backend();
  for await (const chunk of backend
    .logs(target.id, { ...logOptions(options), timestamps: false, signal })
    .chunks()) {
    if (chunk.kind === 'stderr') output.rawError(chunk.data);
    else output.raw(chunk.data);
    if (output.full) await output.flushed(signal);
  }
}

async function printLog(
  context: Context,
  target: Target,
  options: LogsOptions,
  prefix: LinePrefix | undefined,
): Promise<void> {
  const backend = await context.backend();
  for await (const batch of backend
    .logs(target.id, { ...logOptions(options), signal: context.signal })
    .batches()) {
    for (const record of batch) print(context, target, record, options, prefix);
    if (context.output.full) await context.output.flushed(context.signal);
  }
}

/** Lines of logs that end, merged by their time, so that what happened first stands first. */
async function printMerged(
  context: Context,
  targets: readonly Target[],
  options: LogsOptions,
  prefixFor: (targets: readonly Target[]) => LinePrefix | undefined,
): Promise<void> {
  const backend = await context.backend();
  const heads = await Promise.all(
    targets.map(async (target) => {
      const stream = backend.logs(target.id, { ...logOptions(options), signal: context.signal });
      const records = stream[Symbol.asyncIterator]();
      return { target, records, next: await records.next() };
    }),
  );
  // Names that no line is told of take no room.
  const prefix = prefixFor(heads.filter(({ next }) => next.done !== true).map(({ target }) => target));
  for (;;) {
    let first: { target: Target; record: LogRecord; head: (typeof heads)[number] } | undefined;
    for (const head of heads) {
      if (head.next.done === true) continue;
      const record = head.next.value;
      if (first === undefined || compare(record, first.record) < 0)
        first = { target: head.target, record, head };
    }
    if (first === undefined) return;
    print(context, first.target, first.record, options, prefix);
    if (context.output.full) await context.output.flushed(context.signal);
    first.head.next = await first.head.records.next();
  }
}

function print(
  { output }: Context,
  target: Target,
  record: LogRecord,
  options: LogsOptions,
  prefix: LinePrefix | undefined,
): void {
  if (output.json) {
    const { kind, time, line } = record;
    output.value({ container: target.label, service: target.service, stream: kind, time, line }, 'line');
    return;
  }
  const stamp = options.timestamps ? `${record.timestamp ?? record.time?.toISOString() ?? '-'} ` : '';
  output.line(`${prefix?.of(target.label) ?? ''}${stamp}${record.line}`);
}

function compare(a: LogRecord, b: LogRecord): number {
  const order = (a.time?.getTime() ?? 0) - (b.time?.getTime() ?? 0);
  if (order !== 0) return order;
  const [first, second] = [a.timestamp ?? '', b.timestamp ?? ''];
  return first < second ? -1 : first > second ? 1 : 0;
}

function logOptions({ follow, tail, since, until }: LogsOptions): {
  follow: boolean;
  tail: number | undefined;
  since: Date | undefined;
  until: Date | undefined;
} {
  return { follow, tail: tail === Number.POSITIVE_INFINITY ? undefined : tail, since, until };
}
