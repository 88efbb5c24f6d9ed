import { WherryError } from '../../core/errors.ts';

/**
 * A Dockerfile in which each name is a stage from an image, before those of its own: what a builder without named
 * contexts makes of them. `UNSUPPORTED` for a name that is no name of a stage, or that of one in the file.
 */
export function withStages(dockerfile: string, images: ReadonlyMap<string, string>): string {
  if (images.size === 0) return dockerfile;
  const lines = dockerfile.split('\n');
  const own = stageNames(lines);
  const stages = [...images].map(([name, image]) => {
    if (!/^[a-z][a-z0-9_.-]*$/i.test(name)) throw refusal(name, 'is no name of a stage');
    if (own.has(name.toLowerCase())) throw refusal(name, 'is a stage of the Dockerfile itself');
    return `FROM ${image} AS ${name}`;
  });
  const first = firstStage(lines);
  return [...lines.slice(0, first), ...stages, ...lines.slice(first)].join('\n');
}

const stage = /^\s*FROM\s/i;

/** Only comments, parser directives and `ARG`s come before it. */
function firstStage(lines: readonly string[]): number {
  const index = lines.findIndex((line) => stage.test(line));
  return index < 0 ? lines.length : index;
}

function stageNames(lines: readonly string[]): Set<string> {
  const names = lines.filter((line) => stage.test(line)).map((line) => /\sAS\s+(\S+)/i.exec(line)?.[1]);
  return new Set(names.flatMap((name) => (name === undefined ? [] : [name.toLowerCase()])));
}

function refusal(name: string, why: string): WherryError {
  const reason = `Docker before 23.0 knows further contexts as stages, and "${name}" ${why}`;
  return new WherryError('UNSUPPORTED', `the build cannot be done as asked: additionalContexts: ${reason}`, {
    hint: 'give the context another name, or use Docker 23.0 or newer',
    details: { problems: [{ path: 'additionalContexts', reason }] },
  });
}
