/** Flags of docker compose that have had no effect for years; scripts still have them. */
const retired: Readonly<Record<string, readonly string[]>> = {
  build: ['--parallel', '--compress', '--force-rm', '--no-rm'],
  pull: ['--parallel', '--no-parallel'],
  rm: ['-a', '--all'],
};

/** The words after a command without such flags. `--parallel 3` stays: it is an option of ours. */
export function withoutRetiredFlags(command: string, words: readonly string[]): readonly string[] {
  const flags = retired[command];
  if (flags === undefined) return words;
  const end = words.indexOf('--');
  return words.filter((word, index) => {
    const [flag = word, value] = word.split('=', 2);
    if (!flags.includes(flag) || (end >= 0 && index > end)) return true;
    return flag === '--parallel' && /^-?\d+$/.test(value ?? words[index + 1] ?? '');
  });
}
