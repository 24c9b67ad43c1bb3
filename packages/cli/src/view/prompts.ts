import { visibleText } from '@tracebuf/ring';
import type { Direction } from '@tracebuf/sqlite';
import { textWidth } from '../text-width.ts';
import type { FilterPrompt } from './filter-prompt.ts';
import type { LineEditor } from './line-editor.ts';
import { cutLine, lineWidth, type StyledLine } from './styled-line.ts';

/** What is being typed, and what for. */
export type Prompt =
  | { readonly kind: 'search'; readonly direction: Direction; readonly editor: LineEditor }
  | { readonly kind: 'time'; readonly editor: LineEditor }
  | { readonly kind: 'filter'; readonly filter: FilterPrompt; readonly editor: LineEditor };

/** The line in which one types, and where the cursor stands in it. */
export interface PromptLine {
  readonly line: StyledLine;
  readonly column: number;
}

/**
 * Lays a prompt out.
 *
 * @param note What stands behind the text, and its style.
 */
export function promptLine(
  prompt: Prompt,
  note: { readonly text: string; readonly style: string },
  width: number,
): PromptLine {
  const { text, cursor } = prompt.editor;
  const mark = markOf(prompt);
  const before = visibleText(text.slice(0, cursor));
  const line: StyledLine = [
    { text: mark, style: '1' },
    { text: before + visibleText(text.slice(cursor)), style: '' },
    { text: note.text === '' ? '' : `  ${note.text}`, style: note.style },
  ];
  const at = textWidth(mark) + textWidth(before);
  // The cursor is always seen, with some of what is left of it.
  const left = at < width ? 0 : at - width + 1 + Math.floor(width / 4);
  const isWhole = left === 0 && lineWidth(line) <= width;
  return { line: isWhole ? line : cutLine(line, left, width), column: Math.min(width - 1, at - left) };
}

function markOf(prompt: Prompt): string {
  if (prompt.kind === 'filter') return 'filter: ';
  if (prompt.kind === 'time') return 'time: ';
  return prompt.direction === 'forward' ? '/' : '?';
}

/** Puts a text at the end of a history, once. */
export function remember(history: string[], text: string): void {
  const index = history.indexOf(text);
  if (index >= 0) history.splice(index, 1);
  if (text !== '') history.push(text);
}
