import { type Filter, parseFilter } from '@tracebuf/query';
import { visibleText } from '@tracebuf/ring';
import type { Direction, RecordSource } from '@tracebuf/sqlite';
import { textWidth } from '../text-width.ts';
import { timeValue } from '../time-value.ts';
import { FilterPrompt } from './filter-prompt.ts';
import { Inspector } from './inspector.ts';
import { LineEditor } from './line-editor.ts';
import { Notice } from './notice.ts';
import { helpOverlay, type Overlay } from './overlays.ts';
import { type Prompt, promptLine, remember } from './prompts.ts';
import { type ListOptions, RecordList } from './record-list.ts';
import { cutLine, padLine, plainLine, type StyledLine } from './styled-line.ts';
import { TaskRunner } from './task-runner.ts';
import type { Key } from './terminal/key-decoder.ts';
import type { Frame } from './terminal/screen-writer.ts';

/** How a {@link Reader} shows records. */
export interface ReaderOptions extends ListOptions {
  /** What is to be said first; it goes with the first key. */
  readonly note?: string;
  /** Whether to begin at the end, and follow what comes. */
  readonly follow?: boolean;
}

const BAR = '7';
const BOLD = '1';
const LEGEND = 'h help  / search  r filter  Enter record  z tree  s functions  F follow  q quit';

/**
 * The full-screen reader as a machine: keys and the size of the screen go in, frames come out. It knows no terminal.
 */
export class Reader {
  /** What ended it, as an exit code; `undefined` while it goes on. */
  exitCode: 0 | 130 | undefined;
  readonly #source: RecordSource;
  readonly #options: ReaderOptions;
  readonly #tasks = new TaskRunner();
  readonly #notice = new Notice();
  readonly #list: RecordList;
  readonly #overlays: Overlay[] = [];
  readonly #filters: string[] = [];
  readonly #searches: string[] = [];
  readonly #inspector: Inspector;
  #columns = 80;
  #rows = 24;
  #prompt: Prompt | undefined;

  constructor(source: RecordSource, options: ReaderOptions) {
    this.#source = source;
    this.#options = options;
    remember(this.#filters, options.filter.text);
    this.#list = new RecordList(source, this.#tasks, this.#notice, options);
    this.#inspector = new Inspector({
      source,
      tasks: this.#tasks,
      notice: this.#notice,
      list: this.#list,
      options,
      open: (overlay) => this.#open(overlay),
      filter: (text) => this.#apply(parseFilter(text)),
    });
    if (options.note !== undefined) this.#notice.complain(options.note);
    this.#guarded(() => (options.follow === true ? this.#list.follow() : this.#list.toStart()));
  }

  /** Whether {@link step} has anything to do. */
  get isBusy(): boolean {
    return this.#tasks.isBusy || !this.#list.count.isDone;
  }

  /** Whether {@link tick} is to be called now and then. */
  get isFollowing(): boolean {
    return this.#list.isFollowing;
  }

  /** Does a step of what takes long. */
  step(): void {
    this.#guarded(() => (this.#tasks.isBusy ? this.#tasks.step() : this.#list.count.step()));
  }

  /** Looks for what has come. */
  tick(): void {
    if (!this.#tasks.isBusy) this.#guarded(() => this.#list.tick());
  }

  /** Takes another size of the screen. */
  resize(columns: number, rows: number): void {
    this.#columns = Math.max(1, columns);
    this.#rows = Math.max(1, rows);
    this.#list.resize(this.#bodyHeight);
  }

  /** Takes a key. */
  press(key: Key): void {
    this.#guarded(() => this.#take(key));
    this.#list.resize(this.#bodyHeight);
  }

  /** What is to be seen. */
  frame(): Frame {
    const width = this.#columns;
    const height = this.#bodyHeight;
    const overlay = this.#overlays.at(-1);
    const body = (overlay ?? this.#list).body(width, height);
    while (body.length < height) body.push(overlay === undefined ? plainLine('~', this.#dim) : []);
    const lines = [this.#header(overlay, width), ...body];
    if (this.#prompt?.kind === 'filter') {
      const { message } = this.#prompt.filter;
      const text = this.#tasks.label ?? message;
      if (text !== undefined) lines.push(cutLine(plainLine(visibleText(text), this.#faultStyle), 0, width));
      lines.push(cutLine(plainLine(this.#prompt.filter.hint(width), this.#dim), 0, width));
    }
    const { line, column } = this.#footer(width);
    // A screen of very few lines shows the last of them: there is where one types.
    const shown = [...lines, line].slice(-this.#rows);
    return column === undefined
      ? { lines: shown }
      : { lines: shown, cursor: { row: shown.length - 1, column } };
  }

  get #dim(): string {
    return this.#options.color ? '2' : '';
  }

  get #faultStyle(): string {
    return this.#options.color ? '31' : BOLD;
  }

  get #bodyHeight(): number {
    let height = this.#rows - 2;
    if (this.#prompt?.kind === 'filter') {
      height -= this.#prompt.filter.message === undefined && !this.#tasks.isBusy ? 1 : 2;
    }
    return Math.max(1, height);
  }

  /** What goes wrong, such as a database that is damaged farther on, is told; the reader goes on. */
  #guarded(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#tasks.cancel();
      this.#list.isFollowing = false;
      this.#notice.complain(error instanceof Error ? error.message : String(error));
    }
  }

  #take(key: Key): void {
    if (this.#prompt !== undefined) {
      this.#takeInPrompt(this.#prompt, key);
      return;
    }
    this.#notice.clear();
    const isStop = key === '<escape>' || key === '<ctrl-c>';
    // Whoever presses another key has stopped waiting.
    if (this.#tasks.cancel() && isStop) {
      this.#notice.say('Given up');
      return;
    }
    const overlay = this.#overlays.at(-1);
    if (overlay !== undefined) this.#takeInOverlay(overlay, key);
    else if (key === '<ctrl-c>' && this.#list.isFollowing) this.#list.isFollowing = false;
    else if (key === '<ctrl-c>') this.exitCode = 130;
    else if (!this.#list.press(key)) this.#takeInList(key);
  }

  #takeInOverlay(overlay: Overlay, key: Key): void {
    const taken = overlay.press(key);
    if (taken === 'close' || (taken === false && ['q', '<escape>', '<ctrl-c>'].includes(key)))
      this.#overlays.pop();
    else if (taken === false && key === 'h') this.#open(helpOverlay());
  }

  #takeInList(key: Key): void {
    switch (key) {
      case 'q':
        this.exitCode = 0;
        break;
      case 'h':
        this.#open(helpOverlay());
        break;
      case '<enter>':
        this.#inspector.record();
        break;
      case 'z':
        this.#inspector.tree();
        break;
      case 's':
        this.#inspector.functions();
        break;
      case '/':
      case '?':
        this.#prompt = {
          kind: 'search',
          direction: key === '/' ? 'forward' : 'backward',
          editor: new LineEditor('', this.#searches),
        };
        break;
      case 'T':
        this.#prompt = { kind: 'time', editor: new LineEditor() };
        break;
      case 'r':
        this.#openFilter();
        break;
      default:
        this.#notice.say(`The key ${key} does nothing; h shows those that do`);
    }
  }

  #takeInPrompt(prompt: Prompt, key: Key): void {
    this.#tasks.cancel();
    this.#notice.clear();
    if (prompt.kind === 'filter') {
      if (!prompt.filter.press(key)) this.#prompt = undefined;
      return;
    }
    const { editor } = prompt;
    const isLeft = key === '<escape>' || key === '<ctrl-c>' || (key === '<backspace>' && editor.text === '');
    if (isLeft) this.#prompt = undefined;
    else if (key !== '<enter>') editor.press(key);
    else if (prompt.kind === 'time') this.#toTime(editor.text);
    else this.#searchFor(editor.text, prompt.direction);
  }

  /** What can't be understood leaves the prompt open. */
  #toTime(text: string): void {
    const time = timeValue(text, Date.now());
    this.#prompt = undefined;
    this.#list.isFollowing = false;
    this.#list.toTime(time);
  }

  /** An empty text means what was searched for last. */
  #searchFor(text: string, direction: Direction): void {
    const pattern = text === '' ? this.#list.search.pattern : text;
    if (pattern !== undefined) {
      this.#list.isFollowing = false;
      this.#list.searchFor(pattern, direction);
      remember(this.#searches, pattern);
    }
    this.#prompt = undefined;
  }

  #openFilter(): void {
    const list = this.#list;
    const filter = new FilterPrompt(
      list.filter.text,
      this.#filters,
      this.#source,
      this.#tasks,
      list.fieldsAtHand(),
      (entered) => {
        this.#prompt = undefined;
        list.resize(this.#bodyHeight);
        this.#apply(entered);
      },
    );
    this.#prompt = { kind: 'filter', filter, editor: filter.editor };
  }

  #apply(filter: Filter): void {
    remember(this.#filters, filter.text);
    this.#list.apply(filter);
  }

  #open(overlay: Overlay): void {
    this.#overlays.push(overlay);
    // Keys may be there before it is drawn, and it must know its size for them.
    overlay.body(this.#columns, this.#bodyHeight);
  }

  #header(overlay: Overlay | undefined, width: number): StyledLine {
    const { text } = this.#list.filter;
    const what = [visibleText(this.#source.title)];
    if (overlay !== undefined) what.push(overlay.title);
    else if (text !== '') what.push(`filter: ${visibleText(text)}`);
    const left = ` ${what.join('  ')} `;
    const legend = overlay === undefined ? LEGEND : 'q back  arrows, f b scroll';
    const room = width - textWidth(left) - textWidth(legend) - 1;
    const line = room >= 0 ? `${left}${' '.repeat(room)}${legend} ` : left;
    return padLine(cutLine(plainLine(line, BAR), 0, width), width, BAR);
  }

  #footer(width: number): { readonly line: StyledLine; readonly column?: number } {
    const { text = '', isFault } = this.#notice;
    const style = isFault ? this.#faultStyle : BOLD;
    if (this.#prompt !== undefined) return promptLine(this.#prompt, { text, style }, width);
    const { label } = this.#tasks;
    let line = plainLine(text, style);
    if (label !== undefined) line = plainLine(`${label} … Esc gives up`, BOLD);
    else if (text === '') line = plainLine(this.#list.status, this.#dim);
    return { line: cutLine(line, 0, width) };
  }
}
