import { visibleText } from '@tracebuf/ring';

/** What the last line of the screen says until the next key. */
export class Notice {
  text: string | undefined;
  /** Whether it tells of something that went wrong. */
  isFault = false;

  /** Says what was done. */
  say(text: string): void {
    this.text = visibleText(text);
    this.isFault = false;
  }

  /** Says what went wrong. */
  complain(text: string): void {
    this.text = visibleText(text);
    this.isFault = true;
  }

  /** Says nothing any more. */
  clear(): void {
    this.text = undefined;
    this.isFault = false;
  }
}
