import { writeSync } from 'node:fs';
import { type Key, KeyDecoder } from './key-decoder.ts';
import { type Frame, ScreenWriter } from './screen-writer.ts';

/** What a program on the screen is told. */
export interface TerminalEvents {
  /** A key was pressed. */
  key(key: Key): void;
  /** The terminal has another size now, or shows something else: draw. */
  resize(): void;
  /** A signal, or the end of the terminal, asks to end. */
  end(code: number): void;
}

/** Standard output, where it is a terminal. */
export type TerminalOutput = NodeJS.WriteStream & { readonly fd: number };

/** Another screen, no line wrap, and what is pasted in brackets. */
const ENTER = '\x1b[?1049h\x1b[?7l\x1b[?2004h\x1b[?25l';
const LEAVE = '\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[0m\x1b[?1049l';
/** An Escape behind which nothing comes for so long, was pressed alone; over a slow connection sequences come in pieces. */
const ESCAPE_MS = 60;

/** A terminal that takes nothing just now is asked again so often, and after so long. */
const SEND_TRIES = 100;
const SEND_PAUSE_MS = 5;

const ENDING: ReadonlyMap<NodeJS.Signals, number> = new Map([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGINT', 130],
]);

/**
 * The terminal of this process, taken over as a whole, and given back however it ends: also after an exception, Ctrl-Z and
 * every signal that can be caught.
 */
export class Terminal {
  readonly #input: NodeJS.ReadStream;
  readonly #output: TerminalOutput;
  readonly #events: TerminalEvents;
  readonly #decoder = new KeyDecoder();
  readonly #writer = new ScreenWriter();
  #escape: NodeJS.Timeout | undefined;
  #isEntered = false;
  #isWriting = false;
  #waiting: Frame | undefined;

  constructor(input: NodeJS.ReadStream, output: TerminalOutput, events: TerminalEvents) {
    this.#input = input;
    this.#output = output;
    this.#events = events;
  }

  /** Columns there are. */
  get columns(): number {
    return Math.max(1, this.#output.columns ?? 80);
  }

  /** Lines there are. */
  get rows(): number {
    return Math.max(1, this.#output.rows ?? 24);
  }

  /** Takes the terminal over. */
  open(): void {
    this.#enter();
    this.#input.on('data', this.#read);
    this.#input.on('end', this.#gone);
    this.#input.on('error', this.#gone);
    this.#output.on('resize', this.#resized);
    this.#output.on('error', this.#gone);
    process.on('exit', this.#restore);
    // Before the message of an exception that nobody catches, so that it can be read.
    process.on('uncaughtExceptionMonitor', this.#restore);
    process.on('SIGCONT', this.#resumed);
    process.on('SIGTSTP', this.suspend);
    for (const signal of ENDING.keys()) process.on(signal, this.#signalled);
  }

  /** Gives the terminal back. */
  close(): void {
    this.#input.off('data', this.#read);
    this.#input.off('end', this.#gone);
    this.#output.off('resize', this.#resized);
    process.off('exit', this.#restore);
    process.off('uncaughtExceptionMonitor', this.#restore);
    process.off('SIGCONT', this.#resumed);
    process.off('SIGTSTP', this.suspend);
    for (const signal of ENDING.keys()) process.off(signal, this.#signalled);
    clearTimeout(this.#escape);
    this.#restore();
    this.#input.pause();
  }

  /** Shows a frame. While the terminal is slow to take one, only the newest of those that follow is kept. */
  draw(frame: Frame): void {
    if (!this.#isEntered) return;
    if (this.#isWriting) {
      this.#waiting = frame;
      return;
    }
    const text = this.#writer.draw(frame);
    if (text === '') return;
    this.#isWriting = true;
    this.#output.write(text, () => {
      this.#isWriting = false;
      const next = this.#waiting;
      this.#waiting = undefined;
      if (next !== undefined) this.draw(next);
    });
  }

  /** Forgets what is on the screen, which something else has written to: the next frame is drawn whole. */
  redraw(): void {
    this.#writer.forget();
  }

  /** Stops this process as Ctrl-Z does, the terminal given back meanwhile. */
  readonly suspend = (): void => {
    this.#restore();
    process.off('SIGTSTP', this.suspend);
    // The whole job, as the terminal would do it.
    process.kill(0, 'SIGTSTP');
  };

  readonly #resumed = (): void => {
    if (this.#isEntered) this.#restore();
    process.off('SIGTSTP', this.suspend);
    process.on('SIGTSTP', this.suspend);
    this.#enter();
    this.#events.resize();
  };

  readonly #resized = (): void => {
    this.#writer.forget();
    this.#events.resize();
  };

  readonly #gone = (): void => this.#events.end(129);

  readonly #signalled = (signal: NodeJS.Signals): void => this.#events.end(ENDING.get(signal) ?? 1);

  readonly #read = (bytes: Buffer): void => {
    clearTimeout(this.#escape);
    for (const key of this.#decoder.push(bytes)) this.#events.key(key);
    if (!this.#decoder.isWaiting) return;
    this.#escape = setTimeout(() => {
      for (const key of this.#decoder.flush()) this.#events.key(key);
    }, ESCAPE_MS);
  };

  #enter(): void {
    this.#isEntered = true;
    this.#writer.forget();
    this.#input.setRawMode(true);
    this.#input.resume();
    this.#send(ENTER);
  }

  readonly #restore = (): void => {
    if (!this.#isEntered) return;
    this.#isEntered = false;
    this.#waiting = undefined;
    this.#send(LEAVE);
    try {
      this.#input.setRawMode(false);
    } catch {
      // The terminal is gone: there is nothing to give back.
    }
  };

  /** At once, as the process may end, or be stopped, right behind it. */
  #send(text: string): void {
    for (let tries = 0; tries < SEND_TRIES; tries++) {
      try {
        writeSync(this.#output.fd, text);
        return;
      } catch (error) {
        // Else the terminal is gone, and there is nobody to tell.
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SEND_PAUSE_MS);
      }
    }
  }
}
