import { plural } from '../quantity.ts';

/** How often it is told that more were refused, in milliseconds. */
const INTERVAL_MS = 10_000;

/** Tells what a collector refuses: the first at once, and then how many more, for there may be thousands a second. */
export class Refusals {
  readonly #name: string;
  readonly #note: (text: string) => void;
  #toldAt: number | undefined;
  #untold = 0;
  #reason = '';

  /** @param name What is sent, in the singular. */
  constructor(name: string, note: (text: string) => void) {
    this.#name = name;
    this.#note = note;
  }

  /** Takes notice of a refusal. */
  add(count: number, reason: string): void {
    if (this.#toldAt === undefined) {
      this.#toldAt = performance.now();
      this.#note(`the collector has refused ${plural(count, this.#name)}: ${reason}`);
      return;
    }
    this.#untold += count;
    this.#reason = reason;
    this.tell();
  }

  /** Tells what has not been told yet, where it is time to; `now`: in any case. */
  tell(now = false): void {
    if (this.#untold === 0 || this.#toldAt === undefined) return;
    if (!now && performance.now() - this.#toldAt < INTERVAL_MS) return;
    this.#note(
      `the collector has refused ${plural(this.#untold, `more ${this.#name}`)}; the last: ${this.#reason}`,
    );
    this.#untold = 0;
    this.#toldAt = performance.now();
  }
}
