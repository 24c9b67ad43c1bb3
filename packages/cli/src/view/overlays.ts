import { type TraceRecord, visibleText } from '@tracebuf/ring';
import { helpLines } from './help-text.ts';
import { detailLines } from './record-detail.ts';
import { ScrollText } from './scroll-text.ts';
import type { SpanView } from './span-view.ts';
import type { StyledLine } from './styled-line.ts';
import type { Key } from './terminal/key-decoder.ts';

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

/**
 * A record in full.
 *
 * @param current Gives the record.
 * @param step Moves to the next one, or to the one before; absent where there is none.
 */
export function recordOverlay(
  current: () => TraceRecord | undefined,
  { color, utc }: OverlayLayout,
  step?: (lines: 1 | -1) => void,
): Overlay {
  const text = new ScrollText([]);
  let shown: TraceRecord | undefined;
  let shownWidth = 0;
  return {
    title: 'record',
    body: (width, height) => {
      const record = current();
      if (record !== undefined && (record !== shown || width !== shownWidth)) {
        const lines = detailLines(record, width, color, utc);
        if (record === shown) text.replace(lines);
        else text.show(lines);
        shown = record;
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
 * The spans of a trace.
 *
 * @param open Shows another overlay above this one.
 */
export function spanOverlay(
  traceId: string,
  view: SpanView,
  layout: OverlayLayout,
  open: (overlay: Overlay) => void,
): Overlay {
  return {
    title: `trace ${visibleText(traceId)}`,
    body: (width, height) => view.body(width, height),
    press: (key) => {
      if (key !== '<enter>') return view.press(key);
      const record = view.current;
      if (record !== undefined) open(recordOverlay(() => record, layout));
      return true;
    },
  };
}
