import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { composeFileNames, type FetchedFile, leadsOut } from '../../compose/index.ts';
import { WherryError } from '../../core/index.ts';
import { type RunResult, run } from '../../transport/child-process.ts';
import { kept } from './cache.ts';
import { type GitReference, parseGitReference, withoutPassword } from './git-reference.ts';

export interface FetchOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Where what was fetched is kept, each in a directory of its own. */
  cache: string;
  signal?: AbortSignal | undefined;
}

/** The compose file that a name of a git repository means. Fails as {@link remoteFiles} says. */
export async function fetchFromGit(name: string, options: FetchOptions): Promise<FetchedFile> {
  const reference = parseGitReference(name);
  const git = new Git(withoutPassword(name), options);
  const commit = await git.commitOf(reference);
  const root = await kept(join(options.cache, commit), (directory) =>
    git.checkOut(reference.remote, commit, directory),
  );
  return await composeFileIn(root, reference.path, withoutPassword(name));
}

/** Links that lead out of the checkout are as bad as paths that do. */
async function composeFileIn(checkout: string, path: string, name: string): Promise<FetchedFile> {
  const root = await realpath(checkout);
  const place = await realOrNone(join(root, path));
  if (place === undefined) throw missing(name, `${path} is not there`);
  const candidates = (await stat(place)).isDirectory()
    ? composeFileNames.map((file) => join(place, file))
    : [place];
  for (const candidate of candidates) {
    const file = await realOrNone(candidate);
    if (file === undefined || !(await stat(file)).isFile()) continue;
    if (!leadsOut(root, file)) return { file, root };
    throw new WherryError('PERMISSION', `${name}: a link leads out of the repository`, { details: { path } });
  }
  throw missing(name, 'there is no compose file');
}

async function realOrNone(path: string): Promise<string | undefined> {
  return await realpath(path).catch(() => undefined);
}

function missing(name: string, why: string): WherryError {
  return new WherryError('NOT_FOUND', `${name}: ${why}`, {
    hint: 'name a compose file, or a directory that has one, after the ref: #REF:PATH',
  });
}

/** Runs git for one name. */
class Git {
  readonly #name: string;
  readonly #env: Record<string, string | undefined>;
  readonly #signal: AbortSignal | undefined;

  constructor(name: string, { env, signal }: FetchOptions) {
    this.#name = name;
    this.#env = gitEnvironment(env);
    this.#signal = signal;
  }

  /** The commit of a branch or a tag now; a whole commit is what it is, without asking anybody. */
  async commitOf({ remote, ref, commit }: GitReference): Promise<string> {
    const found = /^[0-9a-f]{40}$/.test(ref) ? ref : await this.#resolve(remote, ref);
    if (commit === undefined || found.startsWith(commit)) return found;
    throw new WherryError('CONFLICT', `${this.#name} is the commit ${found}, not ${commit}`, {
      details: { commit: found },
    });
  }

  async checkOut(remote: string, commit: string, directory: string): Promise<void> {
    const inside = ['-C', directory, '-c', 'core.hooksPath=/dev/null', '-c', 'advice.detachedHead=false'];
    await this.#must(['init', '--quiet', '--', directory]);
    await this.#must([...inside, 'remote', 'add', '--', 'origin', remote]);
    await this.#must([...inside, 'fetch', '--quiet', '--depth=1', '--', 'origin', commit]);
    await this.#must([...inside, 'checkout', '--quiet', '--detach', commit]);
  }

  async #resolve(remote: string, ref: string): Promise<string> {
    const result = await this.#git(['ls-remote', '--exit-code', '--', remote, ref]);
    if (result.exitCode === 2) throw missing(this.#name, `the repository has no ref ${ref}`);
    if (result.exitCode !== 0) throw this.#failed(result);
    const found = new Map(
      result.stdout.split('\n').map((line): [string, string] => {
        const [commit = '', name = ''] = line.split('\t');
        return [name, commit];
      }),
    );
    // In git's own order (gitrevisions): others only end alike.
    const names = [ref, `refs/${ref}`, `refs/tags/${ref}`, `refs/heads/${ref}`];
    const commit = names.map((name) => found.get(name)).find((one) => one !== undefined);
    if (commit === undefined) throw missing(this.#name, `the repository has no ref ${ref}`);
    if (/^[0-9a-f]{40}$/.test(commit)) return commit;
    throw new WherryError('PROTOCOL', `${this.#name}: git tells no commit of ${ref}`);
  }

  async #must(words: readonly string[]): Promise<void> {
    const result = await this.#git(words);
    if (result.exitCode !== 0) throw this.#failed(result);
  }

  #git(words: readonly string[]): Promise<RunResult> {
    return run(['git', ...words], { env: this.#env, signal: this.#signal });
  }

  #failed({ stderr, exitCode }: RunResult): WherryError {
    const said = withoutPassword(stderr.trim().split('\n')[0] ?? '');
    return new WherryError(
      'UNAVAILABLE',
      `${this.#name} cannot be fetched: ${said || `git exited with ${exitCode}`}`,
      {
        hint: 'check that git can read the repository without asking: git ls-remote URL',
        details: { exitCode },
      },
    );
  }
}

/** Git asks nobody for passwords unless the user wants it to, and knows of no repository around us. */
function gitEnvironment(env: FetchOptions['env']): Record<string, string | undefined> {
  const { GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, GIT_PREFIX, GIT_OBJECT_DIRECTORY, ...kept } = env;
  const ssh =
    kept.GIT_SSH || kept.GIT_SSH_COMMAND
      ? {}
      : { GIT_SSH_COMMAND: 'ssh -o ControlMaster=no -o BatchMode=yes' };
  return { ...kept, GIT_TERMINAL_PROMPT: kept.GIT_TERMINAL_PROMPT || '0', LC_ALL: 'C', ...ssh };
}
