import type { Reader } from './reader.ts';
import { Terminal, type TerminalOutput } from './terminal/terminal.ts';

/** How often what comes is looked for while it is followed, in milliseconds. */
const TICK_MS = 100;
/** How often progress is shown, in milliseconds. */
const DRAW_MS = 100;

/**
 * Runs a reader on a terminal until it ends.
 *
 * @returns The exit code.
 */
export async function runReader(
  reader: Reader,
  input: NodeJS.ReadStream,
  output: TerminalOutput,
): Promise<number> {
  const ended = Promise.withResolvers<number>();
  let working: NodeJS.Immediate | undefined;
  let drawnAt = 0;
  const draw = (): void => {
    drawnAt = performance.now();
    terminal.draw(reader.frame());
  };
  /** Between two steps keys have their turn. */
  const work = (): void => {
    working = undefined;
    if (!reader.isBusy) return;
    reader.step();
    if (!reader.isBusy || performance.now() - drawnAt > DRAW_MS) draw();
    goOn();
  };
  const goOn = (): void => {
    if (reader.isBusy) working ??= setImmediate(guarded(work));
  };
  const guarded =
    <A extends readonly unknown[]>(action: (...args: A) => void) =>
    (...args: A): void => {
      try {
        action(...args);
      } catch (error) {
        ended.reject(error);
      }
    };
  const terminal: Terminal = new Terminal(input, output, {
    key: guarded((key) => {
      if (key === '<ctrl-z>') {
        terminal.suspend();
        return;
      }
      if (key === '<ctrl-l>') terminal.redraw();
      else reader.press(key);
      if (reader.exitCode !== undefined) ended.resolve(reader.exitCode);
      draw();
      goOn();
    }),
    resize: guarded(() => {
      reader.resize(terminal.columns, terminal.rows);
      draw();
    }),
    end: (code) => ended.resolve(code),
  });
  const ticking = setInterval(
    guarded(() => {
      if (!reader.isFollowing) return;
      reader.tick();
      draw();
      goOn();
    }),
    TICK_MS,
  );
  try {
    terminal.open();
    reader.resize(terminal.columns, terminal.rows);
    draw();
    goOn();
    return await ended.promise;
  } finally {
    clearInterval(ticking);
    clearImmediate(working);
    terminal.close();
  }
}
