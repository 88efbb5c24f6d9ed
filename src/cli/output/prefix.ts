import { type Paint, prefixStyle } from './style.ts';
import { displayWidth, pad, printable } from './width.ts';

/** Coloured prefixes for lines of several sources, as wide as docker compose makes them: `web-1     | `. */
export class LinePrefix {
  readonly #texts = new Map<string, string>();
  readonly #paint: Paint;
  #width: number;

  constructor(labels: readonly string[], paint: Paint) {
    this.#paint = paint;
    this.#width = Math.max(0, ...labels.map((label) => displayWidth(printable(label))));
    for (const label of labels) this.of(label);
  }

  /** The prefix of a source; one that is new gets the next colour. */
  of(label: string): string {
    const known = this.#texts.get(label);
    if (known !== undefined) return known;
    const name = printable(label);
    this.#width = Math.max(this.#width, displayWidth(name));
    const text = this.#paint(prefixStyle(this.#texts.size), `${pad(name, this.#width)}  | `);
    this.#texts.set(label, text);
    return text;
  }
}
