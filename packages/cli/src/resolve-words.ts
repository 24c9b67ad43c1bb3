import type { CommandSpec } from './command.ts';
import { UsageError } from './errors.ts';
import { listed, matchWord, quoted } from './match-word.ts';
import { suggestion } from './suggestion.ts';

/** The command that some words call. */
export interface Resolution {
  /** The command, or `undefined` where the words end too early to tell. */
  readonly command: CommandSpec | undefined;
  /** The words so far, in full. */
  readonly words: readonly string[];
  /** What follows the words of the command. */
  readonly rest: readonly string[];
}

/**
 * Finds the command that a command line calls. Words may be in any case and abbreviated as long as they are
 * unambiguous; each word is looked at by itself, so that an abbreviation never changes its meaning by what follows.
 *
 * @param args The command line after the program's name. Ends, or an option, end the words.
 * @throws UsageError where a word is unknown or ambiguous.
 */
export function resolveWords(args: readonly string[], commands: readonly CommandSpec[]): Resolution {
  const words: string[] = [];
  for (;;) {
    const fitting = commands.filter((command) => words.every((word, index) => command.words[index] === word));
    const complete = fitting.find((command) => command.words.length === words.length);
    const longer = fitting.filter((command) => command !== complete);
    const typed = args[words.length];
    const resolution = { command: complete, words, rest: args.slice(words.length) };
    if (longer.length === 0 || typed === undefined || typed.startsWith('-')) return resolution;
    const word = resolveWord(typed, words, longer, complete?.keywords ?? []);
    if (complete?.keywords?.includes(word) === true) return resolution;
    words.push(word);
  }
}

/** @param keywords What else may stand there: the command that is complete goes on with it. */
function resolveWord(
  typed: string,
  before: readonly string[],
  fitting: readonly CommandSpec[],
  keywords: readonly string[],
): string {
  const wanted = typed.toLowerCase();
  const next = (command: CommandSpec): string => command.words[before.length] ?? '';
  // A hidden command answers to its full name only, so that it takes no abbreviation from the others.
  const hidden = fitting.find((command) => command.hidden === true && next(command) === wanted);
  if (hidden !== undefined) return wanted;
  const possible = [
    ...new Set([...fitting.filter((command) => command.hidden !== true).map(next), ...keywords]),
  ];
  const found = matchWord(typed, possible);
  if (found !== undefined) return found;
  const place = before.length === 0 ? 'command' : `word after "${before.join(' ')}"`;
  const known = before.length === 0 ? '; "trace-cli help" lists them all' : `; there is ${listed(possible)}`;
  throw new UsageError(`Unknown ${place}: ${quoted(typed)}${suggestion(typed, possible, known)}`);
}
