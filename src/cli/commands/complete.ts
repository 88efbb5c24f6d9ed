import { type Candidates, candidates } from '../completion/candidates.ts';
import type { Invocation } from '../declaration.ts';

/** The directives of cobra, the library behind the completions of docker: what the shell shall offer itself. */
const directives: Readonly<Record<Candidates['files'], number>> = { files: 0, none: 4, directories: 16 };

/**
 * Answers the completion scripts: a word a line, then what the shell shall offer itself; in docker compose's place the
 * number that docker's scripts take. Never fails.
 */
export async function complete({ context, words }: Invocation<Record<never, never>>): Promise<undefined> {
  const { output, role } = context;
  const tellFiles = (files: Candidates['files']): void =>
    output.line(`:${role === 'compose' ? directives[files] : files}`);
  try {
    const found = await candidates(context, words);
    for (const word of found.words) output.line(word);
    tellFiles(found.files);
  } catch {
    // Completion with no engine or a broken file offers nothing: an error would destroy the line that is being typed.
    tellFiles('none');
  }
}
