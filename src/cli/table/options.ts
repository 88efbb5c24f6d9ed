import type { FlagDeclaration, ListDeclaration, ValueDeclaration } from '../declaration.ts';
import { moment, seconds, wholeNumber } from '../values.ts';

/** Options that several commands share, word for word. */
export const stopTimeout: ValueDeclaration<number> = {
  flags: '-t, --timeout <seconds>',
  about: 'option.stopTimeout',
  parse: seconds,
};
export const waitTimeout: ValueDeclaration<number> = {
  flags: '--wait-timeout <seconds>',
  about: 'option.waitTimeout',
  parse: seconds,
};
export const noEager: FlagDeclaration = { flags: '--no-eager', about: 'option.noEager' };
export const since: ValueDeclaration<Date> = {
  flags: '--since <time>',
  about: 'option.since',
  parse: moment,
};
export const until: ValueDeclaration<Date> = {
  flags: '--until <time>',
  about: 'option.until',
  parse: moment,
};
export const index: ValueDeclaration<number> = {
  flags: '--index <n>',
  about: 'option.index',
  parse: wholeNumber,
};
export const discoverExclude: ListDeclaration<string> = {
  flags: '--exclude <glob>',
  about: 'option.discoverExclude',
  many: true,
};
/** Where a command writes its lifecycle events. */
export const recordHistory: ValueDeclaration<string> = {
  flags: '--history <file>',
  about: 'option.recordHistory',
  complete: 'file',
};
export const platform: ValueDeclaration<string> = {
  flags: '--platform <platform>',
  about: 'option.platform',
};
export const label: ListDeclaration<string> = {
  flags: '--label <key=value>',
  about: 'option.label',
  many: true,
};
export const detach: FlagDeclaration = { flags: '-d, --detach', about: 'option.detach' };
export const interactive: FlagDeclaration = { flags: '-i, --interactive', about: 'option.interactive' };
export const noInteractive: FlagDeclaration = {
  flags: '--no-interactive',
  negates: '--interactive',
  about: 'option.noInteractive',
};
export const tty: FlagDeclaration = { flags: '-t, --tty', about: 'option.tty' };
export const noTty: FlagDeclaration = {
  flags: '-T, --no-tty',
  also: ['--no-TTY'],
  negates: '--tty',
  about: 'option.noTty',
};
export const environment: ListDeclaration<string> = {
  flags: '-e, --env <name=value>',
  about: 'option.env',
  many: true,
};
export const timestamps: FlagDeclaration = { flags: '-t, --timestamps', about: 'option.timestamps' };
export const format: ValueDeclaration<string> = { flags: '--format <format>', about: 'option.format' };
export const idsOnly: FlagDeclaration = { flags: '-q, --quiet', about: 'option.idsOnly' };
export const force: FlagDeclaration = { flags: '-f, --force', about: 'option.force' };
export const quietPull: FlagDeclaration = { flags: '--quiet-pull', about: 'option.quietPull' };
export const quietBuild: FlagDeclaration = { flags: '--quiet-build', about: 'option.quietBuild' };
