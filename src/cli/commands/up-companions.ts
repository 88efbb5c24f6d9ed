import type { Project } from '../../compose/index.ts';
import type { Backend } from '../../core/backend.ts';
import { asWherryError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import type { Output } from '../output/output.ts';
import { watchLines } from '../output/watch-lines.ts';
import { printable } from '../output/width.ts';
import { KeyMenu } from '../terminal/key-menu.ts';
import { t } from '../text.ts';
import { WatchSwitch } from './watch-switch.ts';

export interface CompanionOptions {
  backend: Backend;
  project: Project;
  services: readonly string[] | undefined;
  watch: 'on' | 'off';
  menu: 'shown' | 'none';
  onDetach: () => void;
}

/** What goes on beside the logs of an attached `up`: the watching of files, and a menu of keys on a terminal. */
export class UpCompanions implements AsyncDisposable {
  readonly #output: Output;
  readonly #onDetach: () => void;
  readonly #watch: WatchSwitch;
  readonly #menu: KeyMenu | undefined;

  constructor({ output }: Context, options: CompanionOptions) {
    const { backend, project, services, watch, menu, onDetach } = options;
    this.#output = output;
    this.#onDetach = onDetach;
    const lines = watchLines(output, (write) => this.above(write));
    this.#watch = new WatchSwitch(backend, project, {
      services,
      onEvent: lines,
      onFailure: (error) => this.#tell(asWherryError(error).message),
    });
    if (watch === 'on') this.#watch.start();
    if (menu === 'none') return;
    this.#menu = new KeyMenu(output, { text: () => this.#text(), onKey: (key) => this.#pressed(key) });
  }

  get isWatching(): boolean {
    return this.#watch.isOn;
  }

  /** Resolves when files are not watched, at once when they are not. */
  unwatched(): Promise<void> {
    return this.#watch.off();
  }

  /** Lets `write` write above the menu. */
  above(write: () => void): void {
    if (this.#menu === undefined) write();
    else this.#menu.above(write);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#menu?.[Symbol.dispose]();
    await this.#watch[Symbol.asyncDispose]();
  }

  #tell(message: string): void {
    this.above(() => this.#output.alert(this.#output.paintNote('red', printable(message))));
  }

  #text(): string {
    const watch = t(this.#watch.isOn ? 'menu.unwatch' : 'menu.watch');
    return [watch, t('menu.detach'), t('menu.stop')].join('   ');
  }

  #pressed(key: string): void {
    if (key === 'w') this.#watch.toggle();
    else if (key === 'd') this.#onDetach();
    // A blank line, for who wants to see what comes next.
    else if (key === '\r') this.above(() => this.#output.note(''));
    this.#menu?.draw();
  }
}
