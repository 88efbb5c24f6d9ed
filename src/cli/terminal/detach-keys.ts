import { WherryError } from '../../core/errors.ts';
import { t } from '../text.ts';

/** Docker's keys to let go of a container. */
export const defaultDetachKeys: string = 'ctrl-p,ctrl-q';

/** The bytes of `ctrl-p,ctrl-q` or `a,ctrl-x`: single letters, and `ctrl-` with a letter or one of `@[\]^_`. Fails with `INVALID`. */
export function parseDetachKeys(text: string): readonly number[] {
  return text.split(',').map((key) => {
    const control = /^ctrl-([a-z@[\\\]^_])$/.exec(key)?.[1];
    if (control !== undefined) return control.toUpperCase().charCodeAt(0) & 0x1f;
    const [letter = '', ...more] = [...key];
    if (more.length > 0 || !/^[\x20-\x7e]$/.test(letter))
      throw new WherryError('INVALID', t('attach.badKeys', { text }), { hint: t('attach.badKeysFix') });
    return letter.charCodeAt(0);
  });
}

/** Finds a sequence of keys in what is typed. */
export class DetachKeys {
  readonly #keys: readonly number[];
  #at = 0;

  constructor(keys: readonly number[]) {
    this.#keys = keys;
  }

  /** Whether the last of the keys is in `data`, directly after the others. */
  seen(data: Uint8Array): boolean {
    if (this.#keys.length === 0) return false;
    for (const byte of data) {
      if (byte === this.#keys[this.#at]) this.#at += 1;
      else this.#at = byte === this.#keys[0] ? 1 : 0;
      if (this.#at === this.#keys.length) return true;
    }
    return false;
  }
}
