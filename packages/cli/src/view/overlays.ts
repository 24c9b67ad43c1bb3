import { type TraceRecord, visibleText } from '@tracebuf/ring';
import type { FunctionStatistics } from '@tracebuf/sqlite';
import type { CallSurroundings } from './call-detail.ts';
import type { FunctionsView } from './functions-view.ts';
import { helpLines } from './help-text.ts';
import { detailLines } from './record-detail.ts';
import { ScrollText } from './scroll-text.ts';
import type { StyledLine } from './styled-line.ts';
import type { Key } from './terminal/key-decoder.ts';
import type { TraceView } from './trace-view.ts';

/** Something that is looked at instead of the list. */
export interface Overlay {
  readonly title: string;
  /** @returns `close` where the key ends it, else whether the key means something there. */
  press(key: Key): boolean | 'close';
  body(width: number, height: number): StyledLine[];
}

/** How records are laid out in overlays. */
export interface OverlayLayout {
  readonly color: boolean;
  readonly utc: boolean;
}

/** What the keys do. */
export function helpOverlay(): Overlay {
  const text = new ScrollText(helpLines());
  return {
    title: 'help',
    body: (width, height) => text.body(width, height),
    press: (key) => (key === 'h' ? 'close' : text.press(key)),
  };
}

/** A record that is shown in full, and of a call what belongs to it. */
export interface ShownRecord {
  readonly record: TraceRecord;
  readonly surroundings?: CallSurroundings | undefined;
}

/**
 * A record in full.
 *
 * @param current Gives the record, the same object for the same.
 * @param step Moves to the next one, or to the one before; absent where there is none.
 */
export function recordOverlay(
  current: () => ShownRecord | undefined,
  layout: OverlayLayout,
  step?: (lines: 1 | -1) => void,
): Overlay {
  const text = new ScrollText([]);
  let shown: ShownRecord | undefined;
  let shownWidth = 0;
  return {
    title: 'record',
    body: (width, height) => {
      const now = current();
      if (now !== undefined && (now !== shown || width !== shownWidth)) {
        const lines = detailLines(now.record, width, layout, now.surroundings);
        if (now.record === shown?.record) text.replace(lines);
        else text.show(lines);
        shown = now;
        shownWidth = width;
      }
      return text.body(width, height);
    },
    press: (key) => {
      if (key === '<enter>') return 'close';
      if (key !== '<tab>' && key !== '<backtab>') return text.press(key);
      step?.(key === '<tab>' ? 1 : -1);
      return step !== undefined;
    },
  };
}

/**
 * The spans and calls of a trace.
 *
 * @param open Shows the record under the cursor.
 */
export function traceOverlay(title: string, view: TraceView, open: (record: TraceRecord) => void): Overlay {
  return {
    title: visibleText(title),
    body: (width, height) => view.body(width, height),
    press: (key) => {
      if (key !== '<enter>') return view.press(key);
      const record = view.current;
      if (record !== undefined) open(record);
      return true;
    },
  };
}

/**
 * What the calls of functions came to.
 *
 * @param choose Takes the function that is chosen.
 */
export function functionsOverlay(view: FunctionsView, choose: (chosen: FunctionStatistics) => void): Overlay {
  return {
    title: 'functions',
    body: (width, height) => view.body(width, height),
    press: (key) => {
      if (key !== '<enter>') return view.press(key);
      if (view.current !== undefined) choose(view.current);
      return 'close';
    },
  };
}
