import type { Project } from '../../compose/index.ts';
import type { Backend } from '../../core/backend.ts';
import type { Context } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { shortName } from '../output/boot-progress.ts';
import { LinePrefix } from '../output/prefix.ts';
import { ProjectFollower } from '../project-follower.ts';
import { t } from '../text.ts';
import type { Watched } from './attached-services.ts';

export interface LinesOptions {
  project: Project;
  watched: Watched;
  noLogPrefix: boolean;
  timestamps: boolean;
  /** Only ends with another exit code than 0 are told by `onExit`. */
  abortOnContainerFailure: boolean;
  onExit: (code: number, id: string) => void;
  /** Writes above what is drawn at the bottom of the terminal. */
  above: (write: () => void) => void;
}

/** Shows the lines of the containers of an attached `up`, and their ends. */
export function attachedLines(context: Context, backend: Backend, options: LinesOptions): ProjectFollower {
  const { output, signal } = context;
  const { project, watched, onExit, above } = options;
  const short = (name: string): string => shortName(name, project.name);
  const names = [...watched.shown].map((name) => `${name}-1`);
  const prefixes = options.noLogPrefix
    ? undefined
    : { out: new LinePrefix(names, output.paint), error: new LinePrefix(names, output.paintNote) };
  return new ProjectFollower(backend, {
    projectName: project.name,
    services: watched.services,
    shown: watched.shown,
    signal,
    onRecord: (record, name) => {
      const stamp = options.timestamps ? `${record.timestamp ?? record.time?.toISOString() ?? '-'} ` : '';
      const label = short(name);
      above(() => {
        if (record.kind === 'stderr')
          output.alert(`${prefixes?.error.of(label) ?? ''}${stamp}${record.line}`);
        else output.line(`${prefixes?.out.of(label) ?? ''}${stamp}${record.line}`);
      });
    },
    afterBatch: () => output.flushed(context.signal),
    onRestart: ({ subject, exitCode: code }) => {
      above(() => output.line(t('up.restarting', { name: short(subject.name), code: code ?? '?' })));
    },
    onExit: ({ subject, exitCode: code }) => {
      above(() => output.line(t('up.exited', { name: short(subject.name), code: code ?? '?' })));
      if (!options.abortOnContainerFailure || code !== 0) onExit(code ?? exitCode.failure, subject.id);
    },
  });
}
