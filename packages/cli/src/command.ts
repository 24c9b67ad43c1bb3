import type { ExitCode } from './exit-code.ts';
import type { Output } from './output.ts';
import type { WordReader } from './word-reader.ts';

/** What shell completion offers for a word: processes, buffers of the process before it, levels, ETW providers, or fixed words. */
export type Completable = 'process' | 'buffer' | 'level' | 'provider' | 'command' | readonly string[];

/** A word after the command's own words. */
export interface OperandSpec {
  /** As usage lines show it, such as `<proc>`, `[<proc>]` or the bare word `level`. */
  readonly usage: string;
  /** `keyword`: the word itself has to stand there; it may be abbreviated. */
  readonly presence: 'required' | 'optional' | 'keyword' | 'rest';
  readonly description: string;
  readonly completes?: Completable;
}

/** An option of a command. */
export interface OptionSpec {
  /** As commander writes it: `-n, --last <count>`. */
  readonly flags: string;
  /** Another way to write it, with one dash as some programs have it: `-guid`. */
  readonly alias?: string;
  readonly description: string;
  /**
   * Reads the value that was given.
   *
   * @throws UsageError
   */
  readonly parse?: (text: string) => unknown;
  readonly completes?: Completable;
}

/** What a command gets to work with. */
export interface Invocation<Options> {
  /** The operands in order; optional ones may be missing at the end, keywords are left out. */
  readonly operands: readonly string[];
  readonly options: Options;
  /** Standard output. */
  readonly out: Output;
  /** Standard error, for notes that are no part of what was asked for. */
  readonly err: Output;
  /** All commands, for those that speak of others. */
  readonly commands: readonly CommandSpec[];
}

/** Runs a command. */
export type Run<Options> = (invocation: Invocation<Options>) => Promise<ExitCode>;

/** A command: what help and completion say of it, and where its program is. */
export interface CommandSpec {
  /** The words that call it, in lower case. Another command may go on where this one ends; see `keywords`. */
  readonly words: readonly string[];
  /**
   * Of a command with whose words others start: the words that may follow its own, so that an abbreviation of them is
   * told from that of another command.
   */
  readonly keywords?: readonly string[];
  /** All that may follow its words, as its help shows it; white space is one space. Default: its operands. */
  readonly syntax?: string;
  /** One line, without a period. */
  readonly summary: string;
  /** More about it, for its own help; paragraphs. */
  readonly details?: string;
  readonly operands: readonly OperandSpec[];
  readonly options: readonly OptionSpec[];
  /** Command lines without `trace-cli`, each with what it does. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  /** Not listed: for programs, not for people. */
  readonly hidden?: boolean;
  /** Loads what reads the words of an operand that is `rest`, for completion: the function that its program reads with. */
  readonly grammar?: () => Promise<(reader: WordReader) => unknown>;
  /** Loads the program, which no other command pays for. */
  readonly load: () => Promise<Run<never>>;
}

/** Option of every command that shows something. */
export const JSON_OPTION: OptionSpec = { flags: '--json', description: 'one JSON object per line' };

/** `<proc>`, as most commands take it. */
export const PROCESS_OPERAND: OperandSpec = {
  usage: '<proc>',
  presence: 'required',
  description: 'name, pid or name.pid of a process, or all',
  completes: 'process',
};

/** `<proc>`, or a database in its place. */
export const SOURCE_OPERAND: OperandSpec = {
  ...PROCESS_OPERAND,
  description: 'name, pid or name.pid of a process, or all; or the file of a database',
};

/** `<buf>|all`, as most commands take it. */
export const BUFFER_OPERAND: OperandSpec = {
  usage: '<buf>|all',
  presence: 'required',
  description: 'name of a trace buffer, or all',
  completes: 'buffer',
};

/** All that follows the words of a command with a syntax of its own; its grammar reads it. */
export const WORDS_OPERAND: OperandSpec = {
  usage: '…',
  presence: 'rest',
  description: 'words, as the usage shows them',
};

/** The whole call of a command, as usage lines show it. */
export function usageOf({ words, syntax, operands, options }: CommandSpec): string {
  const parts = [
    'trace-cli',
    ...words,
    ...(syntax === undefined ? operands.map(({ usage }) => usage) : [syntax.replace(/\s+/g, ' ')]),
  ];
  return [...parts, ...(options.length === 0 ? [] : ['[options]'])].join(' ');
}
